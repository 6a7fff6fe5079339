// SPDX-License-Identifier: Apache-2.0
// A client that keeps its connections: usage: pool.js agent|fetch; says who answered how often.
'use strict';
const http = require('http');

const host = '10.96.0.1';
const agent = new http.Agent({ keepAlive: true, maxSockets: 2 });

function byAgent(path) {
  return new Promise((resolve, reject) => {
    const request = http.get({ host, path, agent, timeout: 60000 }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.headers['x-server']));
    });
    request.on('error', reject);
    request.on('timeout', () => request.destroy(new Error('no answer')));
  });
}

async function byFetch(path) {
  const response = await fetch(`http://${host}${path}`, { signal: AbortSignal.timeout(60000) });
  await response.text();
  return response.headers.get('x-server');
}

async function main() {
  const paths = Array.from({ length: 40 }, (_, i) => (i % 2 ? '/haproxy/' : '/nginx/') + i);
  const servers = []; // fetch has as many connections as it likes: one path
  if (process.argv[2] === 'agent')
    servers.push(...await Promise.all(paths.map(byAgent)));
  else
    for (let i = 0; i < 40; i++) servers.push(await byFetch('/nginx/' + i));
  const answered = {};
  for (const server of servers) answered[server] = (answered[server] || 0) + 1;
  console.log(Object.keys(answered).sort().map((name) => `${name} ${answered[name]}`).join(' '));
  agent.destroy();
}

main().then(() => process.exit(0), (error) => {
  console.log(`${error.message} ${error.cause ? error.cause.message : ''}`);
  process.exit(1);
});
