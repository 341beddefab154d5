// Which unfinished uploads of a bucket are taken back: by a scripted server, since s3rver cannot list them.
import test from 'ava';
import { startScripted } from '../../../support/offsite/scripted-server.js';
import { NAME, openTestStore } from '../../../support/offsite/test-store.js';

const HOUR_MS = 60 * 60 * 1000;

function hoursAgo(hours: number): string {
  return new Date(Date.now() - hours * HOUR_MS).toISOString();
}

function uploadsXml(
  uploads: readonly (readonly [key: string, id: string, begun: string])[],
): string {
  const rows = uploads.map(
    ([key, id, begun]) =>
      `<Upload><Key>${key}</Key><UploadId>${id}</UploadId><Initiated>${begun}</Initiated></Upload>`,
  );
  return `<ListMultipartUploadsResult>${rows.join('')}</ListMultipartUploadsResult>`;
}

function partsXml(part: string, next = ''): string {
  const more = `<IsTruncated>true</IsTruncated><NextPartNumberMarker>${next}</NextPartNumberMarker>`;
  return `<ListPartsResult>${next === '' ? '' : more}<Part><LastModified>${part}</LastModified></Part></ListPartsResult>`;
}

test('an upload is taken back if it is an export and nothing has come for a day', async (t) => {
  const removed: string[] = [];
  const server = await startScripted((request, response) => {
    const { searchParams } = new URL(request.url ?? '', 'http://host/');
    const id = searchParams.get('uploadId');
    if (request.method === 'DELETE') {
      removed.push(String(id));
      response.writeHead(204).end();
    } else if (searchParams.has('uploads')) {
      const long = hoursAgo(72);
      response.end(
        uploadsXml([
          [`p/${NAME}`, 'dead', long],
          [`p/${NAME}`, 'empty', long],
          [`p/${NAME}`, 'forbidden', long],
          [`p/${NAME}`, 'slow', long],
          [`p/${NAME}`, 'young', hoursAgo(2)],
          ['p/video.mp4', 'foreign', long],
          [`p/below/${NAME}`, 'below', long],
        ]),
      );
    } else if (id === 'dead') response.end(partsXml(hoursAgo(30)));
    else if (id === 'empty') response.writeHead(404).end();
    else if (id === 'forbidden') response.writeHead(403).end();
    else if (id === 'slow') {
      const isSecond = searchParams.has('part-number-marker');
      response.end(isSecond ? partsXml(hoursAgo(1)) : partsXml(hoursAgo(60), '1000'));
    } else response.end('<ListBucketResult></ListBucketResult>');
  });
  t.teardown(() => server.stop());
  const { store } = openTestStore('s3://bucket/p/', {
    environment: {
      AWS_ACCESS_KEY_ID: 'key',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_ENDPOINT_URL: `http://127.0.0.1:${server.port}`,
    },
  });
  t.is(await store.removeLeftovers(), 3);
  t.deepEqual(removed, ['dead', 'empty', 'forbidden']);
});
