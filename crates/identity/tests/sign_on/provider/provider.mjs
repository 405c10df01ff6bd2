// A certified OpenID provider, which the tests tell whom to sign in, and what to lie about.
//
// It says `ready PORT` once it listens. `POST /told` with JSON tells it:
//   who       the account that signs in
//   acr       the assurance it gives
//   idToken   claims to be put over those of the ID token, which is signed anew
//   userinfo  the same for the userinfo, as text or as a token
//   alg       another way to sign: HS256, none, or `stolen` for a key of somebody else's
//   rotate    true to change its keys

import http from 'node:http';
import Provider from 'oidc-provider';
import * as jose from 'jose';

const ACCOUNTS = {
  nova: { email: 'nova@acme.example', email_verified: true, given_name: 'Nova', family_name: 'Stern' },
  agent: { email: 'agent@acme.example', given_name: 'Angela', usual_name: 'Dubois', uid: '7' },
  liar: { email: 'ada@acme.example', email_verified: false, name: 'Ada' },
  blank: { name: 'Nobody' },
};
const SECRET = 'a secret of the client that is long enough for HMAC';

let told = {};
let keys;
let handle;

async function makeKeys() {
  const made = {};
  for (const [alg, options] of [['ES256', {}], ['RS256', { modulusLength: 2048 }]]) {
    const { privateKey } = await jose.generateKeyPair(alg, { extractable: true, ...options });
    const jwk = await jose.exportJWK(privateKey);
    made[alg] = { ...jwk, alg, use: 'sig', kid: await jose.calculateJwkThumbprint(jwk) };
  }
  return made;
}

function client(id, more) {
  return {
    client_id: id,
    client_secret: SECRET,
    redirect_uris: ['http://guest.example/sso/callback'],
    response_types: ['code'],
    grant_types: ['authorization_code'],
    ...more,
  };
}

function build(issuer) {
  const provider = new Provider(issuer, {
    jwks: { keys: Object.values(keys) },
    clients: [
      client('plain', { id_token_signed_response_alg: 'RS256', token_endpoint_auth_method: 'client_secret_basic' }),
      client('signed', {
        id_token_signed_response_alg: 'ES256',
        userinfo_signed_response_alg: 'ES256',
        token_endpoint_auth_method: 'client_secret_post',
      }),
    ],
    clientAuthMethods: ['client_secret_basic', 'client_secret_post'],
    enabledJWA: {
      idTokenSigningAlgValues: ['ES256', 'RS256'],
      userinfoSigningAlgValues: ['ES256', 'RS256'],
    },
    pkce: { required: () => true },
    scopes: ['openid', 'email', 'profile', 'given_name', 'usual_name', 'uid'],
    claims: {
      acr: null,
      openid: ['sub'],
      email: ['email', 'email_verified'],
      profile: ['name', 'given_name', 'family_name'],
      given_name: ['given_name'],
      usual_name: ['usual_name'],
      uid: ['uid'],
    },
    acrValues: ['eidas1', 'eidas2'],
    features: {
      claimsParameter: { enabled: true },
      devInteractions: { enabled: false },
      jwtUserinfo: { enabled: true },
    },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...ACCOUNTS[id] }) }),
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    async loadExistingGrant(ctx) {
      const grant = new ctx.oidc.provider.Grant({
        clientId: ctx.oidc.client.clientId,
        accountId: ctx.oidc.session.accountId,
      });
      grant.addOIDCScope([...ctx.oidc.requestParamScopes].join(' '));
      grant.addOIDCClaims(['acr']);
      await grant.save();
      return grant;
    },
    ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
    cookies: { keys: ['tests'] },
  });
  provider.use(async (ctx, next) => {
    await next();
    if (ctx.status !== 200) return;
    if (ctx.path === '/token') {
      if (told.idToken || told.alg) {
        ctx.body = { ...ctx.body, id_token: await forge(ctx.body.id_token, told.idToken) };
      }
    } else if (ctx.path === '/me') {
      if (typeof ctx.body === 'string') {
        if (told.userinfo || told.userinfoAlg) ctx.body = await forge(ctx.body, told.userinfo, told.userinfoAlg);
      } else if (told.userinfo) {
        ctx.body = { ...ctx.body, ...told.userinfo };
      }
    }
  });
  handle = provider.callback();
  return provider;
}

/** Signs what a token says anew, with other claims or in another way. */
async function forge(token, claims, alg = told.alg) {
  const header = jose.decodeProtectedHeader(token);
  const payload = { ...jose.decodeJwt(token), ...claims };
  for (const [name, value] of Object.entries(payload)) if (value === null) delete payload[name];
  if (alg === 'none') {
    const part = (value) => jose.base64url.encode(JSON.stringify(value));
    return `${part({ alg: 'none' })}.${part(payload)}.`;
  }
  if (alg === 'HS256') {
    return new jose.SignJWT(payload).setProtectedHeader({ alg }).sign(new TextEncoder().encode(SECRET));
  }
  const jwk = alg === 'stolen' ? (await makeKeys())[header.alg] : keys[header.alg];
  const key = await jose.importJWK(jwk, header.alg);
  return new jose.SignJWT(payload).setProtectedHeader(header).sign(key);
}

async function body(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return JSON.parse(Buffer.concat(parts).toString());
}

keys = await makeKeys();
const server = http.createServer(async (request, response) => {
  try {
    if (request.url === '/told') {
      told = await body(request);
      if (told.rotate) {
        keys = await makeKeys();
        provider = build(provider.issuer);
      }
      response.end();
    } else if (request.url.startsWith('/interaction/')) {
      const { prompt } = await provider.interactionDetails(request, response);
      // An assurance that this provider cannot give would be asked for again and again.
      const result = prompt.reasons.some((reason) => reason.startsWith('essential_acr')) && told.asked
        ? { error: 'access_denied', error_description: 'no such assurance' }
        : { login: { accountId: told.who ?? 'nova', acr: told.acr } };
      told.asked = true;
      await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
    } else {
      handle(request, response);
    }
  } catch (error) {
    response.statusCode = 500;
    response.end(String(error?.stack ?? error));
  }
});
let provider;
server.listen(0, '127.0.0.1', () => {
  provider = build(`http://127.0.0.1:${server.address().port}`);
  console.log(`ready ${server.address().port}`);
});
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
