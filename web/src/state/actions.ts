/** What a person can ask for, as requests of the client API. */
import type { CitadelRequests } from "../api/citadel";
import { SECURITY } from "../api/citadel";
import type { AccountView, Cid } from "../api/generated";
import type { InternalService } from "../api/InternalService";
import { sha3_256 } from "../api/sha3";

export interface NewPerson {
  readonly fullName: string;
  readonly username: string;
  readonly password: string;
}

export interface NewAccount extends NewPerson {
  readonly serverAddress: string;
  readonly serverPassword: string;
}

/** Makes the account and signs in. The cid of the new account. */
export async function createAccount(service: InternalService, account: NewAccount): Promise<Cid> {
  const answer = await service.request("Register", {
    server_addr: account.serverAddress,
    full_name: account.fullName,
    username: account.username,
    proposed_password: utf8(account.password),
    connect_after_register: true,
    session_security_settings: SECURITY,
    server_password: presharedKey(account.serverPassword),
  });
  return answer.cid;
}

/** As `createAccount`, by the invitation in this text: at its server, and registered with who made it. */
export async function joinBy(
  service: InternalService,
  text: string,
  { username, fullName, password }: NewPerson,
): Promise<Cid> {
  const answer = await service.request("Join", {
    text,
    username,
    full_name: fullName,
    password: utf8(password),
  });
  return answer.cid;
}

/** By name; where several local accounts have it, the caller picks one and uses `signInTo`. */
export async function signIn(service: InternalService, username: string, password: string): Promise<Cid> {
  const answer = await service.request("Connect", {
    username,
    password: utf8(password),
    connect_mode: { Standard: { force_login: false } },
    udp_mode: "Disabled",
    keep_alive_timeout: null,
    session_security_settings: SECURITY,
    server_password: null,
  });
  return answer.cid;
}

export async function signInTo(service: InternalService, cid: Cid, password: string): Promise<Cid> {
  const answer = await service.request("ConnectAccount", { cid, password: utf8(password) });
  return answer.cid;
}

/** What opens the account on this computer from now on; nobody is signed out by it. */
export async function changePassword(service: InternalService, cid: Cid, old: string, wanted: string) {
  await service.request("ChangePassword", { cid, old_password: utf8(old), new_password: utf8(wanted) });
}

/** An account file that the list of accounts does not name: its password opens it and lists it again. */
export async function adopt(service: InternalService, name: string, password: string): Promise<Cid> {
  const answer = await service.request("AdoptAccount", { name, password: utf8(password) });
  return answer.cid;
}

/** What a person was asked: the file is deleted for good. */
export async function forgetFound(service: InternalService, name: string): Promise<void> {
  await service.request("ForgetFoundAccount", { name });
}

/** The same for an account whose file cannot be opened any more. */
export async function forgetDamaged(service: InternalService, cid: Cid): Promise<void> {
  await service.request("ForgetDamagedAccount", { cid });
}

/**
 * Asks `peer` to talk. The service answers only when they did, which may be days later: nobody shall wait for it. The
 * row of the peer tells how it stands; a refusal means that it cannot be asked, or was declined meanwhile.
 */
export function askToTalk(
  service: InternalService,
  { cid, settings }: Pick<AccountView, "cid" | "settings">,
  peer: Cid,
  introduction = "",
): Promise<unknown> {
  return service.request("PeerRegister", {
    cid,
    peer_cid: peer,
    session_security_settings: SECURITY,
    connect_after_register: settings.auto_connect,
    peer_session_password: null,
    introduction,
  });
}

/** As `askToTalk`, for two who are registered already. */
export function askToConnect(service: InternalService, cid: Cid, peer: Cid): Promise<unknown> {
  return service.request("PeerConnect", connection(cid, peer));
}

export function answerContact(
  service: InternalService,
  cid: Cid,
  peer: Cid,
  accept: boolean,
): Promise<unknown> {
  return service.request("PeerRegisterRespond", { cid, peer_cid: peer, accept });
}

export function answerConnection(
  service: InternalService,
  cid: Cid,
  peer: Cid,
  accept: boolean,
): Promise<unknown> {
  return service.request("PeerConnectAccept", { ...connection(cid, peer), accept });
}

/** Neither can write until one asks again. */
export function disconnect(service: InternalService, cid: Cid, peer: Cid): Promise<unknown> {
  return service.request("PeerDisconnect", { cid, peer_cid: peer });
}

function connection(cid: Cid, peer: Cid): Omit<CitadelRequests["PeerConnect"], "request_id"> {
  return {
    cid,
    peer_cid: peer,
    udp_mode: "Enabled",
    session_security_settings: SECURITY,
    peer_session_password: null,
  };
}

function presharedKey(password: string): CitadelRequests["Register"]["server_password"] {
  return password === "" ? null : { passwords: [Array.from(sha3_256(new TextEncoder().encode(password)))] };
}

function utf8(text: string): readonly number[] {
  return Array.from(new TextEncoder().encode(text));
}
