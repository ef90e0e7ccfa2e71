"""The seals of Casemate: own protocols on the primitives of one library, everything deterministic given its entropy.

| file | what is there |
| --- | --- |
| `keys` | a type for each purpose of a key, `Entropy` |
| `errors` | what can be wrong, named for who has to act |
| `identity` | accounts, devices, signed device lists |
| `names` | what an account is called, signed by itself |
| `prekeys` | bundles that let others start a session while we are away |
| `card` | the signed request and answer by which two people agree to talk |
| `session` | what callers hold per pair of devices: start, answer, store |
| `envelope` | seal and open messages of a session |
| `control` | seal and open receipts and ephemeral events of a session |
| `content` | what an envelope holds once it is open |
| `safety` | the number two people compare, and its QR code |
| `vault` | the database key under a password or a machine key |
| `beacon` | tags by which registered peers find each other on a local network |
| `link_proof` | how server and device prove their keys inside a link |
| `server_password` | how a newcomer proves to know the server's password |
| `observer_doors` | the keys of the observer's endpoints, from the one that the server tells |
| `kem` | the KEM port and ML-KEM-768 |
| `testing` | entropy and a KEM that repeat exactly, for tests and simulation |

Inside: `handshake` (PQXDH), `ratchet` over `ec_ratchet`, `pq_ratchet` and `skipped`, `sealing`, `padding`, `canonical`,
`labels`, `kdf` (hashes of Python's own) and `primitives`, the only file that touches the library. A server imports what
proves who somebody is and signs for itself; it cannot import what opens an envelope. The law is in docs/protocol.
"""
