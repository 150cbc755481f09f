// npm's ocpp-rpc as a central system in strict mode. usage: node ocpp_rpc_server.js PORT
'use strict';
const { RPCServer } = require('ocpp-rpc');

const server = new RPCServer({
  protocols: ['ocpp1.6'],
  strictMode: true,
  wssOptions: { perMessageDeflate: false },
});

server.auth((accept) => accept());
server.on('client', (client) => {
  client.handle('BootNotification', () => ({
    status: 'Accepted',
    interval: 300,
    currentTime: new Date().toISOString(),
  }));
  client.handle('Heartbeat', () => ({ currentTime: new Date().toISOString() }));
  client.handle('StatusNotification', () => ({}));
});

server.listen(Number(process.argv[2]), '127.0.0.1');
