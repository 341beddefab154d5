// s3rver, an S3 server of npm, in this process. It checks no signature, and cannot list uploads. So it is a second
// opinion on the form of requests and answers; Swift's s3api judges the signatures.
import { mkdir, readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { makeTemporaryDirectory, removeTree } from '../files/temporary-directory.js';

interface S3Rver {
  run(): Promise<AddressInfo>;
  close(): Promise<void>;
}

// It is a CommonJS module without types.
const S3rver = createRequire(import.meta.url)('s3rver') as new (options: object) => S3Rver;

export interface S3Server {
  readonly port: number;
  readonly bucket: string;
  readonly environment: Readonly<Record<string, string>>;
  /** The keys of everything in the bucket, and the parts of uploads. */
  everything(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

export async function startS3Server(): Promise<S3Server> {
  const directory = await makeTemporaryDirectory();
  const bucket = 'backups';
  await mkdir(path.join(directory, bucket));
  const server = new S3rver({
    address: '127.0.0.1',
    port: 0,
    silent: true,
    directory,
    configureBuckets: [{ name: bucket, configs: [] }],
  });
  const { port } = await server.run();
  return {
    port,
    bucket,
    environment: {
      AWS_ACCESS_KEY_ID: 'S3RVER',
      AWS_SECRET_ACCESS_KEY: 'S3RVER',
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    },
    everything: async () => {
      const names = await readdir(path.join(directory, bucket), { recursive: true });
      // Each object is a file of its bytes, one of their MD5 and one of its metadata.
      return names
        .filter((name) => name.endsWith('_object'))
        .map((name) => name.replace(/\._S3rver_object$/, ''));
    },
    stop: async () => {
      await server.close();
      await removeTree(directory);
    },
  };
}
