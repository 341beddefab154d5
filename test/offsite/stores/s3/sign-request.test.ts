// Signatures as in the examples of Amazon's S3 API reference, "Signature Calculations for the Authorization Header".
import test from 'ava';
import {
  EMPTY_SHA256,
  formatQuery,
  signRequest,
} from '../../../../src/offsite/stores/s3/sign-request.js';
import { Secret } from '../../../../src/system/secrets/secret.js';

const signer = {
  credentials: {
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    secretAccessKey: new Secret('wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'),
    sessionToken: null,
  },
  region: 'us-east-1',
  nowMs: Date.UTC(2013, 4, 24),
};

function signature(
  path: string,
  query: Record<string, string>,
  headers: Record<string, string>,
): string {
  const url = new URL(`https://examplebucket.s3.amazonaws.com${path}`);
  url.search = formatQuery(query);
  const request = { method: 'GET', url, headers, bodySha256: EMPTY_SHA256 };
  return signRequest(request, signer)['authorization'] ?? '';
}

test('a GET of a range is signed as in the example', (t) => {
  t.is(
    signature('/test.txt', {}, { range: 'bytes=0-9' }),
    'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  );
});

test('a list with a query is signed as in the example', (t) => {
  t.regex(
    signature('/', { prefix: 'J', 'max-keys': '2' }, {}),
    /Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7$/,
  );
});

test('a query without a value is signed as in the example', (t) => {
  t.regex(
    signature('/', { lifecycle: '' }, {}),
    /Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543$/,
  );
});

test('the token of a session is sent and signed', (t) => {
  const url = new URL('https://b.s3.amazonaws.com/');
  const credentials = { ...signer.credentials, sessionToken: new Secret('the token') };
  const request = { method: 'GET', url, headers: {}, bodySha256: EMPTY_SHA256 };
  const headers = signRequest(request, { ...signer, credentials });
  t.is(headers['x-amz-security-token'], 'the token');
  t.regex(headers['authorization'] ?? '', /SignedHeaders=[^,]*;x-amz-security-token,/);
});
