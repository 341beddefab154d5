// Which unit of systemd a process belongs to, or whether it is in a container, by the path of its control group
// (systemd.slice(5), cgroups(7)). Pure.

export type GroupOwner =
  | { readonly kind: 'unit'; readonly unit: string }
  /** A unit of a user's own systemd. */
  | { readonly kind: 'user-unit'; readonly unit: string; readonly user: string }
  | { readonly kind: 'container' }
  /** A session of somebody who has logged in, or nothing that is known. */
  | { readonly kind: 'none' };

/** @param text of /proc/PID/cgroup */
export function ownerOfGroup(text: string): GroupOwner {
  const names = groupPath(text).split('/').filter(Boolean);
  if (names.some((name) => CONTAINER.test(name))) return { kind: 'container' };
  const unit = names.findLast((name) => name.endsWith('.service'));
  if (unit === undefined || names.at(-1)?.endsWith('.scope') === true) return { kind: 'none' };
  const user = names.map((name) => /^user@([0-9]+)\.service$/.exec(name)?.[1]).find(Boolean);
  if (user === undefined) return { kind: 'unit', unit };
  return unit === `user@${user}.service` ? { kind: 'none' } : { kind: 'user-unit', unit, user };
}

const CONTAINER =
  /^(?:docker|kubepods|lxc|lxc\.payload|libpod|machine\.slice|containerd)(?:$|[./-])|^(?:docker|libpod|cri-containerd|crio)-[0-9a-f]+\.scope$/;

/** That of systemd's own hierarchy; with version 2 alone, the only one. */
function groupPath(text: string): string {
  const lines = text.split('\n').map((line) => /^[0-9]+:([^:]*):(.*)$/.exec(line));
  const paths = lines.flatMap((line) => (line === null ? [] : [[line[1], line[2] ?? ''] as const]));
  const own = paths.find(([name, path]) => name === 'name=systemd' && path !== '/');
  return (own ?? paths.find(([name]) => name === ''))?.[1] ?? '';
}
