/** Passkeys: the hub speaks JSON with base64url, browsers speak bytes (WebAuthn). */

import { Problem } from "../api/client";

type Json = Readonly<Record<string, unknown>>;
interface Named {
  readonly id: string;
}

export function toBytes(text: string): Uint8Array<ArrayBuffer> {
  const letters = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
}

export function toText(data: ArrayBuffer | Uint8Array): string {
  const letters = Array.from(new Uint8Array(data), (byte) => String.fromCharCode(byte)).join("");
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

const named = (list: unknown): object[] =>
  ((list ?? []) as Named[]).map((each) => ({ ...each, id: toBytes(each.id) }));

export function creationOptions(json: Json): PublicKeyCredentialCreationOptions {
  const user = json.user as Named;
  return {
    ...json,
    challenge: toBytes(String(json.challenge)),
    user: { ...user, id: toBytes(user.id) },
    excludeCredentials: named(json.excludeCredentials),
  } as unknown as PublicKeyCredentialCreationOptions;
}

export function requestOptions(json: Json): PublicKeyCredentialRequestOptions {
  return {
    ...json,
    challenge: toBytes(String(json.challenge)),
    allowCredentials: named(json.allowCredentials),
  } as unknown as PublicKeyCredentialRequestOptions;
}

/** Make a passkey by the hub's options. Raises `Problem` when the person or browser says no. */
export async function createPasskey(options: Json): Promise<object> {
  const publicKey = creationOptions(options);
  const made = await asked(() => navigator.credentials.create({ publicKey }));
  const response = made.response as AuthenticatorAttestationResponse;
  return said(made, {
    clientDataJSON: toText(response.clientDataJSON),
    attestationObject: toText(response.attestationObject),
    transports: response.getTransports(),
  });
}

/** Prove a passkey by the hub's options. Raises `Problem`. */
export async function provePasskey(options: Json): Promise<object> {
  const publicKey = requestOptions(options);
  const proof = await asked(() => navigator.credentials.get({ publicKey }));
  const response = proof.response as AuthenticatorAssertionResponse;
  return said(proof, {
    clientDataJSON: toText(response.clientDataJSON),
    authenticatorData: toText(response.authenticatorData),
    signature: toText(response.signature),
    userHandle: response.userHandle === null ? null : toText(response.userHandle),
  });
}

function said(credential: PublicKeyCredential, response: object): object {
  return {
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    clientExtensionResults: {},
    response,
  };
}

async function asked(ask: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  if (!("PublicKeyCredential" in window))
    throw new Problem(0, "This browser has no passkeys here. Open the page with https.");
  try {
    const found = await ask();
    if (found instanceof PublicKeyCredential) return found;
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
  throw new Problem(0, "No passkey was used. Try again, and confirm on your device.");
}
