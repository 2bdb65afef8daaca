// Writes multisigned transactions with the algosdk that is installed in the folder given; questions on stdin, answers on stdout.
const algosdk = require(`${process.argv[2]}/node_modules/algosdk`);
const hex = (bytes) => Buffer.from(bytes).toString("hex");

function answer({ transaction, addresses, secrets }) {
  const params = { version: 1, threshold: 2, addrs: addresses };
  const one = algosdk.decodeUnsignedTransaction(Buffer.from(transaction, "hex"));
  const keys = secrets.map((secret) => Uint8Array.from(Buffer.from(secret, "hex")));
  const empty = algosdk.createMultisigTransaction(one, params);
  let appended = empty;
  for (const key of keys) appended = algosdk.appendSignMultisigTransaction(appended, params, key).blob;
  if (keys.length < 2) return { appended: hex(appended) };
  const copies = keys.map((key) => algosdk.signMultisigTransaction(one, params, key).blob);
  return { appended: hex(appended), merged: hex(algosdk.mergeMultisigTransactions(copies)) };
}

const questions = JSON.parse(require("fs").readFileSync(0, "utf8"));
console.log(JSON.stringify(questions.map(answer)));
