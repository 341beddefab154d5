// What is in containers of a Swift, asked without the code that is tested.
export interface SwiftLook {
  /** ST_AUTH, ST_USER and ST_KEY. */
  readonly environment: Readonly<Record<string, string>>;
}

async function logIn({ environment }: SwiftLook): Promise<{ url: string; token: string }> {
  const answer = await fetch(environment['ST_AUTH'] ?? '', {
    headers: {
      'x-auth-user': environment['ST_USER'] ?? '',
      'x-auth-key': environment['ST_KEY'] ?? '',
    },
  });
  return {
    url: answer.headers.get('x-storage-url') ?? '',
    token: answer.headers.get('x-auth-token') ?? '',
  };
}

/** `container/object` of all objects of these containers whose names begin so. */
export async function listSwift(
  swift: SwiftLook,
  containers: readonly string[],
  prefix: string,
): Promise<string[]> {
  const { url, token } = await logIn(swift);
  const lists = containers.map(async (container) => {
    const query = `?prefix=${encodeURIComponent(prefix)}`;
    const answer = await fetch(`${url}/${encodeURIComponent(container)}${query}`, {
      headers: { 'x-auth-token': token },
    });
    const text = answer.ok ? await answer.text() : '';
    return text.split('\n').flatMap((name) => (name === '' ? [] : `${container}/${name}`));
  });
  return (await Promise.all(lists)).flat();
}

/** One request to the account, such as PUT of a container or POST of metadata. */
export async function askSwift(
  swift: SwiftLook,
  method: string,
  path: string,
  given: { readonly headers?: Record<string, string>; readonly body?: Uint8Array } = {},
): Promise<number> {
  const { url, token } = await logIn(swift);
  const answer = await fetch(`${url}/${path}`, {
    method,
    headers: { 'x-auth-token': token, ...given.headers },
    ...(given.body === undefined ? {} : { body: given.body }),
  });
  await answer.arrayBuffer();
  return answer.status;
}
