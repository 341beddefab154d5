// The frozen data directories are what their keys.json says: a real server loads each of them, once
// from dump.rdb and once from the multi-part AOF, and holds that dataset.
import { cp, mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

import test from 'ava';

import { datasetDigest, type DatasetDigest } from '../support/redis/data/dataset-digest.js';
import { fixturePath } from '../support/program/project-paths.js';
import { withRedisServer } from '../support/redis/servers/redis-server.js';
import { temporaryDirectory } from '../support/files/temporary-directory.js';

const SUFFIX = '.keys.json';

for (const shape of await readdir(fixturePath('redis-data'))) {
  if (shape.startsWith('.')) continue;
  const names = await readdir(fixturePath('redis-data', shape));
  const points = names.filter((name) => !name.endsWith(SUFFIX));

  test(`every point of ${shape} says what it holds`, (t) => {
    t.not(points.length, 0);
    t.deepEqual(
      names.filter((name) => name.endsWith(SUFFIX)).sort(),
      points.map(withSuffix).sort(),
    );
  });

  for (const point of points) {
    test(`a server loads dump.rdb of ${shape}, point ${point}`, async (t) => {
      const directory = path.join(await temporaryDirectory(t), 'data');
      await mkdir(directory);
      await cp(
        fixturePath('redis-data', shape, point, 'dump.rdb'),
        path.join(directory, 'dump.rdb'),
      );
      const held = await withRedisServer({ directory }, async ({ client }) =>
        datasetDigest(client),
      );
      t.deepEqual(held, await recorded(shape, point));
    });

    test(`a server loads the AOF of ${shape}, point ${point}`, async (t) => {
      const directory = path.join(await temporaryDirectory(t), 'data');
      await cp(
        fixturePath('redis-data', shape, point, 'appendonlydir'),
        path.join(directory, 'appendonlydir'),
        { recursive: true },
      );
      const held = await withRedisServer({ directory, appendOnly: true }, async ({ client }) =>
        datasetDigest(client),
      );
      t.deepEqual(held, await recorded(shape, point));
    });
  }
}

function withSuffix(point: string): string {
  return point + SUFFIX;
}

async function recorded(shape: string, point: string): Promise<DatasetDigest> {
  const text = await readFile(fixturePath('redis-data', shape, withSuffix(point)), 'utf8');
  const { keys, databases, functions, sha256 } = JSON.parse(text) as DatasetDigest;
  return { keys, databases, functions, sha256 };
}
