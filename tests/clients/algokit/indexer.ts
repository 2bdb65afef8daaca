// The two questions AlgoKit's deployer asks an indexer, answered from a development network's blocks: which applications an
// account made, and which application calls carry a note that starts so.

import { createServer, type Server } from 'node:http';

interface Call {
    id: bigint; // the application made or called
    called: bigint; // 0 for the call that made it
    sender: string;
    round: number;
    place: number;
    onCompletion: number;
    note: Buffer;
}

export async function startIndexer(algod: string, token: string): Promise<{ server: Server; host: string; port: number }> {
    const get = async (path: string) => {
        const answer = await fetch(`${algod}${path}`, { headers: { 'X-Algo-API-Token': token } });
        if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
        return answer.json() as Promise<any>;
    };
    const calls: Call[] = [];
    let read = 0;
    const catchUp = async () => {
        const last = (await get('/v2/status'))['last-round'];
        for (; read < last; read++) {
            const { block } = await get(`/v2/blocks/${read + 1}`);
            (block.txns ?? []).forEach((one: any, place: number) => {
                if (one.txn.type !== 'appl') return;
                const called = BigInt(one.txn.apid ?? 0);
                calls.push({
                    id: called === 0n ? BigInt(one.apid) : called, called, sender: one.txn.snd, round: read + 1, place,
                    onCompletion: one.txn.apan ?? 0, note: Buffer.from(one.txn.note ?? '', 'base64'),
                });
            });
        }
    };
    const created = async (creator: string) => {
        const made = calls.filter((call) => call.called === 0n && call.sender === creator);
        return made.filter((call) => !calls.some((other) => other.id === call.id && other.onCompletion === 5))
            .map((call) => ({
                id: Number(call.id), 'created-at-round': call.round, deleted: false,
                params: { creator, 'approval-program': '', 'clear-state-program': '' },
            }));
    };
    const search = (query: URLSearchParams) => {
        const prefix = Buffer.from(query.get('note-prefix') ?? '', 'base64');
        const app = BigInt(query.get('application-id') ?? 0);
        return calls
            .filter((call) => call.id === app && call.sender === query.get('address'))
            .filter((call) => call.round >= Number(query.get('min-round') ?? 0))
            .filter((call) => call.note.subarray(0, prefix.length).equals(prefix))
            .map((call) => ({
                id: `${call.round}-${call.place}`, fee: 1000, 'first-valid': call.round, 'last-valid': call.round,
                sender: call.sender, 'tx-type': 'appl', note: call.note.toString('base64'), 'confirmed-round': call.round,
                'intra-round-offset': call.place,
                'application-transaction': { 'application-id': Number(call.called), 'on-completion': 'noop' },
            }));
    };
    const server = createServer(async (request, response) => {
        const url = new URL(request.url ?? '/', 'http://localhost');
        let status = 200;
        let body: unknown = { message: 'no rows found' };
        try {
            await catchUp();
            const account = /^\/v2\/accounts\/([A-Z2-7]{58})\/created-applications$/.exec(url.pathname);
            // One page holds everything; the next one is empty, as the indexer's last one is.
            const items = url.searchParams.get('next') ? [] : null;
            if (account) {
                body = { applications: items ?? (await created(account[1]!)), 'current-round': read, 'next-token': 'end' };
            } else if (url.pathname === '/v2/transactions') {
                body = { transactions: items ?? search(url.searchParams), 'current-round': read, 'next-token': 'end' };
            } else {
                status = 404;
            }
        } catch (error) {
            status = 500;
            body = { message: String(error) };
        }
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return { server, host: 'http://127.0.0.1', port: address.port };
}
