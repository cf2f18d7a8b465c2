// npm oidc-provider with its adapter in memory, over TLS: client credentials answered with a JWT signed by ES256, as ours are.
// usage: node oidc_provider.mjs PORT CERTIFICATE KEY CLIENT_ID CLIENT_SECRET   (run where node_modules is)
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import Provider from 'oidc-provider';

const [port, cert, key, client_id, client_secret] = process.argv.slice(2);
const signing = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
const resource = 'https://resource.example/';

const provider = new Provider(`https://localhost:${port}`, {
  clients: [{ client_id, client_secret, grant_types: ['client_credentials'], redirect_uris: [], response_types: [],
    token_endpoint_auth_method: 'client_secret_post', id_token_signed_response_alg: 'ES256' }],
  jwks: { keys: [{ ...signing, alg: 'ES256', use: 'sig', kid: 'bench' }] },
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => resource,
      getResourceServerInfo: () => ({ scope: 'read', audience: resource, accessTokenTTL: 3600, accessTokenFormat: 'jwt', jwt: { sign: { alg: 'ES256' } } }),
    },
  },
});
const server = createServer({ cert: readFileSync(cert), key: readFileSync(key) }, provider.callback());
server.keepAliveTimeout = 60000;
server.listen(Number(port), '127.0.0.1');
