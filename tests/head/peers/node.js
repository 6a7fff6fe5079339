// SPDX-License-Identifier: Apache-2.0
// Node's own HTTP server as it comes. Writes a line of JSON for each request that it takes, before it answers.
// usage: node node.js SOCKET
'use strict';
const http = require('http');

function path(target) {
  try {
    return new URL(target, 'http://base.test').pathname;  // as Node's manual takes a request's URL apart
  } catch {
    return null;
  }
}

function tell(request) {
  const {method, url, headers} = request;
  process.stdout.write(JSON.stringify({method, url, path: path(url), headers}) + '\n');
}

const server = http.createServer((request, response) => {
  tell(request);
  response.end('ok');
});
server.on('connect', (request, socket) => {
  tell(request);
  socket.end('HTTP/1.1 200 OK\r\n\r\n');
});
server.listen(process.argv[2]);
