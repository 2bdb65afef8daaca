// The documentation's JavaScript example with algosdk 3, a client this project did not write: create, opt in, bill.
//
// Speaks to the algod that ALGOD_SERVER, ALGOD_PORT and ALGOD_TOKEN name. New accounts are funded by the command in
// PNP_CONTRACT (`account fund ADDRESS --net localnet`). Ends with 0 when every answer was the expected one.

import algosdk from 'algosdk';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const env = process.env;
const algod = new algosdk.Algodv2(
    env.ALGOD_TOKEN ?? 'a'.repeat(64), env.ALGOD_SERVER ?? 'http://localhost', env.ALGOD_PORT ?? '4001');
const TEMPLATE = { TMPL_UPDATABLE: '1', TMPL_DELETABLE: '1', TMPL_ORDERED_TICKS: '1' };
let passed = 0;

function check(what, holds) {
    assert.ok(holds, what);
    console.log(`ok ${++passed} - ${what}`);
}

function newAccount() {
    const account = algosdk.generateAccount();
    execFileSync(env.PNP_CONTRACT, ['--net', 'localnet', 'account', 'fund', account.addr.toString()]);
    return account;
}

async function program(name) {
    let source = readFileSync(new URL(`../../../teal/${name}`, import.meta.url), 'utf8');
    for (const [variable, value] of Object.entries(TEMPLATE)) {
        source = source.replace(new RegExp(`\\b${variable}\\b`, 'g'), value);
    }
    const { result } = await algod.compile(source).do();
    return algosdk.base64ToBytes(result);
}

async function send(txns, signer) {
    if (txns.length > 1) algosdk.assignGroupID(txns);
    const { txid } = await algod.sendRawTransaction(txns.map((txn) => txn.signTxn(signer.sk))).do();
    return algosdk.waitForConfirmation(algod, txid, 4);
}

const creator = newAccount();
const user = newAccount();
const provider = newAccount();
const platform = newAccount();
let suggestedParams = await algod.getTransactionParams().do();
check("the genesis id is LocalNet's", suggestedParams.genesisID === 'dockernet-v1');

const { assetIndex: ASA_ID } = await send([algosdk.makeAssetCreateTxnWithSuggestedParamsFromObject({
    sender: creator.addr, total: 10_000_000, decimals: 2, defaultFrozen: false, unitName: 'PLY', assetName: 'PlayCoin',
    suggestedParams,
})], creator);
for (const holder of [user, provider, platform]) {
    await send([algosdk.makeAssetTransferTxnWithSuggestedParamsFromObject({
        sender: holder.addr, receiver: holder.addr, amount: 0, assetIndex: ASA_ID, suggestedParams,
    })], holder);
}
await send([algosdk.makeAssetTransferTxnWithSuggestedParamsFromObject({
    sender: creator.addr, receiver: user.addr, amount: 100_000, assetIndex: ASA_ID, suggestedParams,
})], creator);

const { applicationIndex: APP_ID } = await send([algosdk.makeApplicationCreateTxnFromObject({
    sender: creator.addr,
    approvalProgram: await program('usage_approval.teal'),
    clearProgram: await program('usage_clear.teal'),
    onComplete: algosdk.OnApplicationComplete.NoOpOC,
    numGlobalByteSlices: 2, numGlobalInts: 4, numLocalByteSlices: 1, numLocalInts: 0,
    appArgs: [provider.addr.publicKey, platform.addr.publicKey, ...[500, 1, 1000, ASA_ID].map((n) => algosdk.encodeUint64(n))],
    suggestedParams,
})], creator);
const app = await algod.getApplicationByID(APP_ID).do();
check('the application exists', app.params.creator.toString() === creator.addr.toString());
check('its schema is 2 byte slices and 4 integers',
    app.params.globalStateSchema.numByteSlice === 2 && app.params.globalStateSchema.numUint === 4);

await send([algosdk.makeApplicationOptInTxnFromObject({ sender: user.addr, appIndex: APP_ID, suggestedParams })], user);
check('the user has opted in',
    (await algod.accountApplicationInformation(user.addr, APP_ID).do()).appLocalState.id === APP_ID);

async function bill({ tickId, units = 1, unitPrice = 200, feePct = 500, to = provider.addr }) {
    suggestedParams = await algod.getTransactionParams().do();
    const grossAmount = units * unitPrice;
    const feeAmount = Math.floor((grossAmount * feePct) / 10000);
    const providerAmount = grossAmount - feeAmount;
    return send([
        algosdk.makeApplicationNoOpTxnFromObject({
            sender: user.addr, appIndex: APP_ID, suggestedParams,
            appArgs: [tickId, ...[units, unitPrice, ASA_ID].map((n) => algosdk.encodeUint64(n))],
        }),
        algosdk.makeAssetTransferTxnWithSuggestedParamsFromObject({
            sender: user.addr, receiver: to, amount: providerAmount, assetIndex: ASA_ID, suggestedParams,
        }),
        algosdk.makeAssetTransferTxnWithSuggestedParamsFromObject({
            sender: user.addr, receiver: platform.addr, amount: feeAmount, assetIndex: ASA_ID, suggestedParams,
        }),
    ], user);
}

const holding = async (account) => (await algod.accountAssetInformation(account.addr, ASA_ID).do()).assetHolding.amount;

const tickId = Buffer.from(`tick_${Date.now()}_${Math.random()}`);
const billed = await bill({ tickId, units: 3 });
check('a bill is confirmed', billed.confirmedRound > 0n);
check('the provider has gross - fee', await holding(provider) === 570n);
check('the platform has the fee', await holding(platform) === 30n);
const change = billed.localStateDelta[0].delta[0].value;
check("the bill's delta names the tick", Buffer.from(change.bytes, 'base64').equals(tickId));

const later = Buffer.from(`tick_${Date.now() + 1}_`);
for (const [what, attempt] of Object.entries({
    'a replayed tick': { tickId },
    'a price over max_rate': { tickId: later, unitPrice: 1001 },
    'a wrong split': { tickId: later, feePct: 400 },
    'a wrong receiver': { tickId: later, to: creator.addr },
})) {
    await assert.rejects(bill(attempt), (refusal) => {
        const [, place] = refusal.message.match(/transaction [A-Z2-7]{52}: (logic eval error: .*)\. Details: .*pc=\d+/);
        check(`${what} is refused: ${place}`, true);
        return true;
    });
}
check('nothing moved', await holding(user) === 99_400n);

const block = await algod.block(billed.confirmedRound).do();
check('the block holds the group', block.block.payset.length === 3);
console.log(`${passed} passed, 0 failed`);
