// algosdk's algod client, call by call, with good and with bad arguments; whatever is answered.
import algosdk from "algosdk";

const seed = Buffer.from(process.env.RICH_SEED, "hex");
const rich = algosdk.mnemonicToSecretKey(algosdk.mnemonicFromSeed(new Uint8Array(seed)));
const client = new algosdk.Algodv2(process.env.ALGOD_TOKEN, process.env.ALGOD_SERVER, process.env.ALGOD_PORT);
const me = rich.addr.toString();
const ask = async (request) => {
  try {
    return await request().do();
  } catch {
    return undefined;
  }
};
const params = await client.getTransactionParams().do();
const asset = algosdk.makeAssetCreateTxnWithSuggestedParamsFromObject({
  sender: me, suggestedParams: params, total: 1000n, decimals: 0, defaultFrozen: false, unitName: "JS", assetName: "From JS",
});
const { txid } = await client.sendRawTransaction(asset.signTxn(rich.sk)).do();
const done = await algosdk.waitForConfirmation(client, txid, 4);
const assetId = done.assetIndex;
const round = done.confirmedRound;
for (const name of ["status", "healthCheck", "ready", "versionsCheck", "genesis", "supply", "pendingTransactionsInformation", "getTransactionParams",
  "getBlockTimeStampOffset", "getSyncRound"]) {
  if (client[name]) await ask(() => client[name]());
}
for (const address of [me, "A".repeat(58)]) {
  await ask(() => client.accountInformation(address));
  await ask(() => client.accountInformation(address).exclude("all"));
  await ask(() => client.accountAssetInformation(address, assetId));
  await ask(() => client.accountApplicationInformation(address, 99999));
  await ask(() => client.pendingTransactionByAddress(address));
}
for (const id of [assetId, 99999]) await ask(() => client.getAssetByID(id));
await ask(() => client.getApplicationByID(99999));
await ask(() => client.getApplicationBoxes(99999));
await ask(() => client.getApplicationBoxByName(99999, new Uint8Array([1, 2])));
for (const number of [round, 99999]) {
  await ask(() => client.block(number));
  await ask(() => client.block(number).headerOnly(true));
  await ask(() => client.getBlockHash(number));
  await ask(() => client.getBlockTxids(number));
  await ask(() => client.statusAfterBlock(number - BigInt(1)));
  await ask(() => client.getTransactionProof(number, txid));
  await ask(() => client.getLightBlockHeaderProof(number));
  await ask(() => client.getStateProof(number));
  await ask(() => client.getLedgerStateDelta(number));
}
await ask(() => client.pendingTransactionInformation(txid));
await ask(() => client.pendingTransactionInformation("A".repeat(52)));
await ask(() => client.compile("int 1").sourcemap(true));
await ask(() => client.compile("intt 1"));
await ask(() => client.disassemble(new Uint8Array([11, 129, 1])));
await ask(() => client.sendRawTransaction(asset.signTxn(rich.sk)));
await ask(() => client.sendRawTransaction(new Uint8Array([1, 2, 3])));
const payment = algosdk.makePaymentTxnWithSuggestedParamsFromObject({ sender: me, receiver: me, amount: 1, suggestedParams: params });
const signed = new algosdk.SignedTransaction({ txn: payment });
const group = new algosdk.modelsv2.SimulateRequestTransactionGroup({ txns: [signed] });
for (const allowEmptySignatures of [true, false]) {
  await ask(() => client.simulateTransactions(new algosdk.modelsv2.SimulateRequest({ txnGroups: [group], allowEmptySignatures })));
}
