// npm's ocpp-rpc as a charge point in strict mode, steered over stdin and stdout, one JSON object a line.
// usage: node charge_point.js ENDPOINT IDENTITY PASSWORD SUBPROTOCOL
// in:  {"call": N, "action", "payload"} send this call · {"answer": N, "payload"} answer their call with this
// out: {"event": "open"} · {"event": "answer", "number": N, "payload"} · {"event": "error", "number": N, "code", "text"}
//      {"event": "call", "number": N, "action", "payload"} · {"event": "invalid", "text"} a message broke the schema
'use strict';
const readline = require('readline');
const { RPCClient } = require('ocpp-rpc');

const [endpoint, identity, password, protocol] = process.argv.slice(2);
const say = (line) => process.stdout.write(JSON.stringify(line) + '\n');
const awaited = new Map();
let theirs = 0;

const client = new RPCClient({
  endpoint, identity, password, protocols: [protocol], strictMode: true, reconnect: false,
});

client.on('strictValidationFailure', ({ method, outbound, isCall, error }) => {
  const what = `${method} ${isCall ? 'call' : 'answer'} ${outbound ? 'of the charge point' : 'of the gateway'}`;
  say({ event: 'invalid', text: `${what}: ${error.message} ${JSON.stringify(error.details ?? {})}` });
});
client.on('badMessage', ({ error }) => say({ event: 'invalid', text: `unreadable: ${error.message}` }));

client.handle(({ method, params }) => new Promise((resolve) => {
  theirs += 1;
  awaited.set(theirs, resolve);
  say({ event: 'call', number: theirs, action: method, payload: params });
}));

readline.createInterface({ input: process.stdin }).on('line', async (line) => {
  const told = JSON.parse(line);
  if ('answer' in told) {
    awaited.get(told.answer)(told.payload);
    awaited.delete(told.answer);
    return;
  }
  try {
    say({ event: 'answer', number: told.call, payload: await client.call(told.action, told.payload) });
  } catch (error) {
    say({ event: 'error', number: told.call, code: error.rpcErrorCode ?? error.name, text: error.message });
  }
}).on('close', () => process.exit(0));

client.connect().then(
  () => say({ event: 'open' }),
  (error) => { say({ event: 'refused', text: error.message }); process.exit(1); },
);
