// Where an S3 store is and how to log in to it, from the usual variables: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY,
// AWS_SESSION_TOKEN, AWS_REGION, AWS_ENDPOINT_URL, and the option --endpoint.
import { UsageError } from '../../../errors.js';
import type { Secret } from '../../../system/secrets/secret.js';
import {
  type Environment,
  missingVariables,
  parseAddress,
  secretVariable,
  variable,
} from '../credentials.js';
import type { RemoteAdvice } from '../http/retry.js';

export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
  /** Of credentials that end after some hours; null for others. */
  readonly sessionToken: Secret | null;
}

export interface S3Access {
  readonly credentials: S3Credentials;
  readonly region: string;
  /** The address of the bucket, without a slash at its end. */
  readonly bucketUrl: string;
  readonly advice: RemoteAdvice;
}

const DEFAULT_REGION = 'us-east-1';

/**
 * @param endpoint of `--endpoint`; null for the one of the environment, or for AWS
 * @throws UsageError where variables are missing or make no sense
 */
export function parseS3Access(
  bucket: string,
  environment: Environment,
  endpoint: string | null,
): S3Access {
  const accessKeyId = variable(environment, 'AWS_ACCESS_KEY_ID');
  const secretAccessKey = secretVariable(environment, 'AWS_SECRET_ACCESS_KEY');
  if (accessKeyId === null || secretAccessKey === null) {
    throw missingVariables('S3', 'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY');
  }
  const sessionToken = secretVariable(environment, 'AWS_SESSION_TOKEN');
  const region = variable(environment, 'AWS_REGION', 'AWS_DEFAULT_REGION') ?? DEFAULT_REGION;
  if (!/^[\w-]{1,64}$/.test(region)) throw new UsageError('AWS_REGION is not the name of a region');
  const typed = endpoint ?? variable(environment, 'AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL');
  const from = endpoint === null ? 'AWS_ENDPOINT_URL' : '--endpoint';
  return {
    credentials: { accessKeyId, secretAccessKey, sessionToken },
    region,
    bucketUrl: typed === null ? awsUrl(bucket, region) : pathUrl(parseAddress(typed, from), bucket),
    advice: {
      unreachable:
        typed === null
          ? 'check AWS_REGION, and that this machine can reach it'
          : `check that ${from} is right, and that this machine can reach it`,
      credentials: `check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY${sessionToken === null ? '' : ', and whether AWS_SESSION_TOKEN is over'}`,
      permission: 'check that these credentials may list, read and write in this bucket',
      missing: 'check the name of the bucket and of the archive',
    },
  };
}

/** Other stores than AWS have the bucket in the path. */
function pathUrl(endpoint: URL, bucket: string): string {
  return `${endpoint.origin}${endpoint.pathname.replace(/\/+$/, '')}/${bucket}`;
}

/** A bucket with a dot in its name has no certificate as a host. */
function awsUrl(bucket: string, region: string): string {
  const host = `s3.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
  return bucket.includes('.') ? `https://${host}/${bucket}` : `https://${bucket}.${host}`;
}
