// age's own implementation in TypeScript, which knows the hybrid: an oracle for test_age.py.
//   usage: node stock_age.mjs encrypt RECIPIENT | decrypt IDENTITY      standard input to output
import { createRequire } from "node:module";
import { buffer } from "node:stream/consumers";
import { pathToFileURL } from "node:url";

const require = createRequire(new URL("../../addon/web/package.json", import.meta.url));
const { Decrypter, Encrypter } = await import(pathToFileURL(require.resolve("age-encryption")));
const [what, key] = process.argv.slice(2);
const given = new Uint8Array(await buffer(process.stdin));
if (what === "encrypt") {
  const encrypter = new Encrypter();
  encrypter.addRecipient(key);
  process.stdout.write(await encrypter.encrypt(given));
} else {
  const decrypter = new Decrypter();
  decrypter.addIdentity(key);
  process.stdout.write(await decrypter.decrypt(given));
}
