/** The requests of the Citadel client API that our UI uses, and their answers. */
import type { Cid, Reason } from "./generated";

export interface SessionSecuritySettings {
  readonly security_level: "Standard";
  readonly secrecy_mode: "Perfect";
  readonly crypto_params: {
    readonly encryption_algorithm: "AES_GCM_256" | "ChaCha20Poly_1305";
    readonly kem_algorithm: "MlKem";
    readonly sig_algorithm: "None";
  };
  readonly header_obfuscator_settings: "Disabled";
}

/** What every session of our UI asks for; the service reports back what it gives. */
export const SECURITY: SessionSecuritySettings = {
  security_level: "Standard",
  secrecy_mode: "Perfect",
  crypto_params: { encryption_algorithm: "AES_GCM_256", kem_algorithm: "MlKem", sig_algorithm: "None" },
  header_obfuscator_settings: "Disabled",
};

/** Each entry is the SHA3-256 of one password. */
export interface PreSharedKey {
  readonly passwords: readonly (readonly number[])[];
}

interface Request {
  readonly request_id: string;
}

export interface Register extends Request {
  readonly server_addr: string;
  readonly full_name: string;
  readonly username: string;
  readonly proposed_password: readonly number[];
  readonly connect_after_register: boolean;
  readonly session_security_settings: SessionSecuritySettings;
  readonly server_password: PreSharedKey | null;
}

export interface Connect extends Request {
  readonly username: string;
  readonly password: readonly number[];
  readonly connect_mode: { readonly Standard: { readonly force_login: boolean } };
  readonly udp_mode: "Disabled";
  readonly keep_alive_timeout: null;
  readonly session_security_settings: SessionSecuritySettings;
  readonly server_password: PreSharedKey | null;
}

export interface OfAccount extends Request {
  readonly cid: Cid;
}

export interface OfPeer extends OfAccount {
  readonly peer_cid: Cid;
}

export interface PeerRegister extends OfPeer {
  readonly session_security_settings: SessionSecuritySettings;
  readonly connect_after_register: boolean;
  readonly peer_session_password: null;
  readonly introduction: string;
}

export interface PeerRegisterRespond extends OfPeer {
  readonly accept: boolean;
}

export interface PeerConnect extends OfPeer {
  readonly udp_mode: "Enabled" | "Disabled";
  readonly session_security_settings: SessionSecuritySettings;
  readonly peer_session_password: null;
}

export interface PeerConnectAccept extends PeerConnect {
  readonly accept: boolean;
}

export interface CitadelRequests {
  readonly Register: Register;
  readonly Connect: Connect;
  readonly Disconnect: OfAccount;
  readonly Deregister: OfAccount;
  readonly PeerRegister: PeerRegister;
  readonly PeerRegisterRespond: PeerRegisterRespond;
  readonly PeerConnect: PeerConnect;
  readonly PeerConnectAccept: PeerConnectAccept;
  readonly PeerDisconnect: OfPeer;
}

export interface CitadelAnswer {
  readonly cid: Cid;
  readonly request_id: string | null;
}

export interface CitadelFailure extends CitadelAnswer {
  readonly message: string;
  readonly reason?: Reason | null;
}

export interface PeerAnswer extends CitadelAnswer {
  readonly peer_cid: Cid;
}

export interface CitadelResponses {
  readonly ServiceConnectionAccepted: CitadelAnswer;
  readonly ConnectSuccess: CitadelAnswer;
  readonly ConnectFailure: CitadelFailure;
  readonly SessionAlreadyActive: CitadelFailure;
  readonly RegisterSuccess: CitadelAnswer;
  readonly RegisterFailure: CitadelFailure;
  readonly DeregisterSuccess: CitadelAnswer;
  readonly DeregisterFailure: CitadelFailure;
  readonly DisconnectNotification: CitadelAnswer & { readonly peer_cid: Cid | null };
  readonly DisconnectFailure: CitadelFailure;
  readonly PeerRegisterSuccess: PeerAnswer;
  readonly PeerRegisterFailure: CitadelFailure;
  readonly PeerConnectSuccess: PeerAnswer;
  readonly PeerConnectFailure: CitadelFailure;
  readonly PeerConnectAcceptSuccess: PeerAnswer;
  readonly PeerConnectAcceptFailure: PeerAnswer & CitadelFailure;
  readonly PeerDisconnectFailure: CitadelFailure;
}
