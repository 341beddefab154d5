// The requests about one archive in a container, and about its segments. Nothing here decides anything.
import type { SendableBody } from '../http/http-client.js';
import { toRemoteStoreError } from '../http/retry.js';
import { actionOn } from '../remote-session.js';
import { MOST_MANIFEST_BYTES, type ManifestSegment, parseManifest } from './manifest.js';
import { segmentContainer } from './segment-names.js';
import type { SwiftAccount } from './swift-account.js';

export interface SwiftPlace {
  readonly container: string;
  readonly prefix: string;
}

export interface SwiftHead {
  readonly sizeBytes: number;
  /** Without quotes. */
  readonly etag: string;
  readonly changedAtMs: number;
  readonly isManifest: boolean;
  readonly metadata: (name: string) => string | undefined;
}

/** Swift looks at each segment of a manifest before it answers. */
const MANIFEST_ANSWER_MS = 10 * 60 * 1000;

export class SwiftObjects {
  readonly account: SwiftAccount;
  readonly place: SwiftPlace;
  readonly segmentContainer: string;

  constructor(account: SwiftAccount, place: SwiftPlace) {
    this.account = account;
    this.place = place;
    this.segmentContainer = segmentContainer(place.container);
  }

  get label(): string {
    return this.account.session.label;
  }

  objectOf(name: string): string {
    return this.place.prefix + name;
  }

  /** Makes a container, unless it is there. */
  async ensureContainer(container: string): Promise<void> {
    const action = `make the container '${container}'`;
    const call = { action, container, object: null } as const;
    const { status } = await this.account.call({
      ...call,
      method: 'HEAD',
      expected: [200, 204, 404],
    });
    if (status !== 404) return;
    await this.account.call({ ...call, method: 'PUT', expected: [201, 202] });
  }

  /** Null where there is nothing of this name. */
  async head(name: string): Promise<SwiftHead | null> {
    const answer = await this.account.call({
      ...this.#archive('look at', name),
      method: 'HEAD',
      expected: [200, 404],
    });
    return answer.status === 404 ? null : toHead(answer.header);
  }

  async putWhole(
    name: string,
    body: SendableBody,
    headers: Readonly<Record<string, string>>,
  ): Promise<void> {
    await this.account.call({
      ...this.#archive('send', name),
      method: 'PUT',
      headers,
      body,
      expected: [201],
    });
  }

  async putManifest(
    name: string,
    body: SendableBody,
    headers: Readonly<Record<string, string>>,
  ): Promise<void> {
    await this.account.call({
      ...this.#archive('finish', name),
      method: 'PUT',
      query: { 'multipart-manifest': 'put' },
      headers,
      body,
      expected: [201],
      answerMs: MANIFEST_ANSWER_MS,
    });
  }

  /** @throws RemoteStoreError, also where the answer is no manifest */
  async readManifest(name: string): Promise<ManifestSegment[]> {
    const call = this.#archive('read the manifest of', name);
    const answer = await this.account.call(
      { ...call, method: 'GET', query: { 'multipart-manifest': 'get' }, expected: [200] },
      MOST_MANIFEST_BYTES,
    );
    try {
      return parseManifest(answer.body);
    } catch (error) {
      throw toRemoteStoreError(error, this.account.errandOf(call.action));
    }
  }

  /** Removes the object of an archive, and leaves its segments. */
  async removeObject(name: string): Promise<void> {
    await this.account.call({
      ...this.#archive('remove', name),
      method: 'DELETE',
      expected: [204, 404],
    });
  }

  async putSegment(
    name: string,
    object: string,
    body: SendableBody & { readonly md5: string },
  ): Promise<void> {
    await this.account.call({
      ...this.#segment('send a segment of', name, object),
      method: 'PUT',
      headers: { etag: body.md5 },
      body,
      expected: [201],
    });
  }

  async headSegment(name: string, segment: ManifestSegment): Promise<SwiftHead | null> {
    const answer = await this.account.call({
      action: actionOn('look at a segment of', this.label, name),
      container: segment.container,
      object: segment.object,
      method: 'HEAD',
      expected: [200, 404],
    });
    return answer.status === 404 ? null : toHead(answer.header);
  }

  async removeSegment(name: string, object: string): Promise<void> {
    await this.account.call({
      ...this.#segment('remove a segment of', name, object),
      method: 'DELETE',
      expected: [204, 404],
    });
  }

  #archive(verb: string, name: string): { action: string; container: string; object: string } {
    return {
      action: actionOn(verb, this.label, name),
      container: this.place.container,
      object: this.objectOf(name),
    };
  }

  #segment(
    verb: string,
    name: string,
    object: string,
  ): { action: string; container: string; object: string } {
    return { action: actionOn(verb, this.label, name), container: this.segmentContainer, object };
  }
}

export function toHead(header: (name: string) => string | undefined): SwiftHead {
  const length = header('content-length') ?? '';
  const changedAtMs = Date.parse(header('last-modified') ?? '');
  return {
    sizeBytes: /^[0-9]{1,15}$/.test(length) ? Number(length) : 0,
    etag: (header('etag') ?? '').replaceAll('"', '').toLowerCase(),
    changedAtMs: Number.isNaN(changedAtMs) ? 0 : changedAtMs,
    isManifest: (header('x-static-large-object') ?? '').toLowerCase() === 'true',
    metadata: (name) => header(`x-object-meta-${name}`),
  };
}
