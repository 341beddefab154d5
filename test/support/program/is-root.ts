// What only root can do is tested where the tests run as root, as they do under .ci/run.

export const isRoot = process.geteuid?.() === 0;
