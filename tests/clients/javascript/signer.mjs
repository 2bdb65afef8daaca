// Signs or merges the bundle of one transaction with algosdk, by what the bundle itself says of its signers.
//
//   node signer.mjs sign FILE            adds the signature of the key in SIGNER_KEY, hexadecimal, to the file
//   node signer.mjs merge INTO COPY...   writes the signatures of all copies
import { readFileSync, writeFileSync } from "node:fs";
import algosdk from "algosdk";

const [action, file, ...copies] = process.argv.slice(2);
if (action === "sign") {
  const bundle = new Uint8Array(readFileSync(file));
  const { msig } = algosdk.decodeSignedTransaction(bundle);
  const params = { version: msig.v, threshold: msig.thr, addrs: msig.subsig.map(({ pk }) => algosdk.encodeAddress(pk)) };
  const key = Uint8Array.from(Buffer.from(process.env.SIGNER_KEY, "hex"));
  writeFileSync(file, algosdk.appendSignMultisigTransaction(bundle, params, key).blob);
} else {
  writeFileSync(file, algosdk.mergeMultisigTransactions(copies.map((copy) => new Uint8Array(readFileSync(copy)))));
}
