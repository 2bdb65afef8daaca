// AlgoKit's deployer and ours on the same applications, and the client its generator makes from our ARC-56 description.
//
// Speaks to the algod and kmd that ALGOD_SERVER, ALGOD_PORT, KMD_PORT and ALGOD_TOKEN name; `run` starts what is missing.
// Ends with 0 when every answer was the expected one.

import { AlgorandClient } from '@algorandfoundation/algokit-utils';
import { Config } from '@algorandfoundation/algokit-utils';
import algosdk from 'algosdk';
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UsageContractClient, UsageContractFactory } from './generated/UsageContractClient.js';
import { startIndexer } from './indexer.js';

const env = process.env;
const server = env.ALGOD_SERVER ?? 'http://127.0.0.1';
const [algodPort, kmdPort] = [env.ALGOD_PORT ?? '4001', env.KMD_PORT ?? '4002'];
const token = env.ALGOD_TOKEN ?? 'a'.repeat(64);
Config.configure({ logger: { verbose() {}, debug() {}, info() {}, warn() {}, error() {} } });

let passed = 0;
function check(what: string, is: unknown, expected: unknown = true) {
    assert.deepEqual(is, expected, what);
    console.log(`ok ${++passed} - ${what}`);
}

const indexer = await startIndexer(`${server}:${algodPort}`, token);
const algorand = AlgorandClient.fromConfig({
    algodConfig: { server, port: algodPort, token },
    indexerConfig: { server: indexer.host, port: indexer.port, token: '' },
    kmdConfig: { server, port: kmdPort, token },
});
algorand.setDefaultValidityWindow(1000);
// Development networks make no block while nothing is sent.
algorand.setSuggestedParamsCacheTimeout(0);

// -- Accounts and the asset ---------------------------------------------------------------------------------------------
const dispenser = await algorand.account.localNetDispenser();
const people: Record<string, string> = {};
async function account(name: string) {
    const made = algosdk.generateAccount();
    people[name] = algosdk.secretKeyToMnemonic(made.sk);
    const known = algorand.account.fromMnemonic(people[name]!);
    await algorand.send.payment({ sender: dispenser.addr, receiver: known.addr, amount: (100).algo() });
    return known.addr;
}
const [ours, theirs, user] = [await account('ours'), await account('theirs'), await account('user')];
const [provider, platform] = [await account('provider'), await account('platform')];
const { assetId } = await algorand.send.assetCreate({ sender: ours, total: 1_000_000n, unitName: 'PLY' });
for (const holder of [user, provider, platform]) await algorand.send.assetOptIn({ sender: holder, assetId });
await algorand.send.assetTransfer({ sender: ours, receiver: user, assetId, amount: 10_000n });

// -- Our command, in a folder of its own for each creator -----------------------------------------------------------------
const folders = [mkdtempSync(join(tmpdir(), 'pnp-')), mkdtempSync(join(tmpdir(), 'pnp-'))];
function cli(creator: 'ours' | 'theirs', withIndexer: boolean, ...args: string[]): Promise<{ code: number; json: any }> {
    const settings: Record<string, string> = {
        PATH: env.PATH ?? '', PNP_NET: 'localnet', ALGOD_SERVER: server, ALGOD_PORT: algodPort, ALGOD_TOKEN: token,
        KMD_PORT: kmdPort, CREATOR_MNEMONIC: people[creator]!, PROVIDER_ADDR: provider.toString(),
        PLATFORM_ADDR: platform.toString(), ASA_ID: assetId.toString(),
    };
    if (withIndexer) settings.INDEXER_SERVER = `${indexer.host}:${indexer.port}`;
    const cwd = folders[creator === 'ours' ? 0 : 1]!;
    return new Promise((resolve) => {
        execFile(env.PNP_CONTRACT!, ['--json', ...args], { cwd, env: settings }, (error, stdout) => {
            resolve({ code: error === null ? 0 : Number(error.code), json: JSON.parse(stdout) });
        });
    });
}
async function done(creator: 'ours' | 'theirs', withIndexer: boolean, ...args: string[]) {
    const { code, json } = await cli(creator, withIndexer, ...args);
    assert.equal(code, 0, JSON.stringify(json, null, 1));
    return json;
}

const uint = (number: bigint) => algosdk.encodeUint64(number);
const creation = [provider.publicKey, platform.publicKey, uint(500n), uint(1n), uint(1000n), uint(assetId)];
function factory(creator: algosdk.Address, version: string) {
    return new UsageContractFactory({ algorand, defaultSender: creator, version, deployTimeParams: { ORDERED_TICKS: 1 } });
}
/** What AlgoKit finds by itself, with its own look-up over the indexer. */
async function lookup(creator: algosdk.Address) {
    return (await algorand.appDeployer.getCreatorAppsByName(creator, true)).apps.UsageContract;
}

// -- Ours, found and updated by AlgoKit -----------------------------------------------------------------------------------
const made = await done('ours', false, 'deploy', '--updatable', '--app-version', '1.0');
check('ours is made', made.operation, 'create');
const found = await lookup(ours);
check('AlgoKit finds it by its note', [found?.appId, found?.version, found?.updatable, found?.deletable],
    [BigInt(made.app), '1.0', true, false]);
const existing = { creator: ours, apps: { UsageContract: found! } };
const same = await factory(ours, '1.0').deploy({
    updatable: true, deletable: false, existingDeployments: existing, createParams: { args: creation },
});
check('AlgoKit has nothing to do: its bytes are ours', same.result.operationPerformed, 'nothing');
const updated = await factory(ours, '1.1').deploy({
    updatable: true, deletable: true, existingDeployments: existing, onUpdate: 'update', createParams: { args: creation },
});
check('AlgoKit updates it', [updated.result.operationPerformed, updated.result.appId], ['update', BigInt(made.app)]);
const differs = await cli('ours', false, 'verify');
check('verify tells the template value that AlgoKit changed', [differs.code, differs.json.same_code,
    differs.json.template_differences], [3, true, [{ name: 'TMPL_DELETABLE', on_chain: 1, here: 0 }]]);
const again = await done('ours', false, 'deploy');
check('deploy has nothing to do, and brings its record up to date',
    [again.operation, again.contract.programs.template.TMPL_DELETABLE], ['nothing', 1]);
check('verify is content', (await done('ours', false, 'verify')).same);

// -- AlgoKit's, found and updated by ours -----------------------------------------------------------------------------------
const first = await factory(theirs, '2.0').deploy({
    updatable: true, deletable: true, existingDeployments: { creator: theirs, apps: {} }, createParams: { args: creation },
});
check("AlgoKit's is made", first.result.operationPerformed, 'create');
const planned = await cli('theirs', false, 'deploy', '--check');
check('deploy finds it on the chain by its programs', [planned.code, planned.json.operation, planned.json.app],
    [0, 'nothing', Number(first.result.appId)]);
check('and says how', planned.json.found.includes('it runs this source'));
const noted = await done('theirs', true, 'deploy');
check('deploy finds it through the indexer by its note', [noted.app, noted.found.includes('names it UsageContract 2.0')],
    [Number(first.result.appId), true]);
check('and records what the note says', [noted.contract.name, noted.contract.version], ['UsageContract', '2.0']);
const refused = await cli('theirs', false, 'deploy', '--deletable=false');
check("AlgoKit's default is ours: an update is refused", [refused.code, refused.json.error.code], [1, 'on_update']);
const changed = await done('theirs', false, 'deploy', '--deletable=false', '--on-update', 'update', '--app-version', '2.1');
check('deploy updates it', [changed.operation, changed.app], ['update', Number(first.result.appId)]);
const seen = await lookup(theirs);
check('AlgoKit sees the update by its note', [seen?.appId, seen?.version, seen?.updatable, seen?.deletable],
    [first.result.appId, '2.1', true, false]);
const content = await factory(theirs, '2.1').deploy({
    updatable: true, deletable: false, existingDeployments: { creator: theirs, apps: { UsageContract: seen! } },
    createParams: { args: creation },
});
check('AlgoKit has nothing to do', content.result.operationPerformed, 'nothing');
const replaced = await factory(ours, '1.2').deploy({
    updatable: false, deletable: true, onUpdate: 'replace', createParams: { args: creation },
    existingDeployments: { creator: ours, apps: { UsageContract: (await lookup(ours))! } },
});
check('AlgoKit replaces ours', replaced.result.operationPerformed, 'replace');
const followed = await done('ours', true, 'deploy');
check('deploy follows to the one in its place', [followed.operation, followed.app],
    ['nothing', Number(replaced.result.appId)]);

// -- The generated client -----------------------------------------------------------------------------------------------
const client = algorand.client.getTypedAppClientById(UsageContractClient, { appId: BigInt(followed.app), defaultSender: user });
await client.send.optIn.bare();
check('the client opts in', (await client.state.local(user).lastTick())?.asByteArray()?.length ?? 0, 0);
async function bill(tick: string, units: bigint, price: bigint) {
    const gross = units * price;
    const fee = (gross * 500n) / 10_000n;
    const args = [new TextEncoder().encode(tick), uint(units), uint(price), uint(assetId)];
    return algorand.newGroup()
        .addAppCall(await client.params.bare({ args }))
        .addAssetTransfer({ sender: user, receiver: provider, assetId, amount: gross - fee })
        .addAssetTransfer({ sender: user, receiver: platform, assetId, amount: fee })
        .send();
}
await bill('tick_1', 10n, 20n);
check('the client bills', (await algorand.asset.getAccountInformation(provider, assetId)).balance, 190n);
check('and reads the tick', (await client.state.local(user).lastTick())?.asString(), 'tick_1');
check('and the parameters', [await client.state.global.feePct(), await client.state.global.provider()],
    [500n, provider.toString()]);
await assert.rejects(bill('tick_1', 1n, 20n), 'a tick is billed once');
await assert.rejects(
    client.send.bare({ args: [new TextEncoder().encode('t'), uint(1n), uint(1n), uint(assetId)] }),
    /bill: the group must have exactly 3 transactions/);
check('a refusal names the rule, from the description', true);
const asCreator = algorand.client.getTypedAppClientById(UsageContractClient, { appId: client.appId, defaultSender: ours });
await asCreator.send.bare({ args: [uint(250n), uint(2n), uint(50n)] });
check('the client sets parameters', await client.state.global.feePct(), 250n);
const description = JSON.parse(readFileSync(join(folders[0]!, followed.description), 'utf8'));
check('the description of a development network names none', description.networks === undefined);
await client.send.closeOut.bare();
await asCreator.send.delete.bare();
check('the client leaves and deletes', (await lookup(ours)) === undefined);

folders.forEach((folder) => rmSync(folder, { recursive: true }));
indexer.server.close();
console.log(`${passed} passed`);
