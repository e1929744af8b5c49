/** The first Node that loads ES modules by `require()` without a flag, which the published packages rely on. */
const minimum = [20, 19];

/**
 * @param {string} version such as `v20.19.0` or `20.19.0`
 * @returns {boolean} whether the workspace runs on it
 */
export function isSupported(version) {
  const [major = 0, minor = 0] = version.replace(/^v/, "").split(".").map(Number);
  return major > minimum[0] || (major === minimum[0] && minor >= minimum[1]);
}

// This module is imported first, so that an old Node stops here and not at something it lacks.
if (!isSupported(process.version)) {
  process.stderr.write(
    `unroll needs Node ${minimum.join(".")} or newer; this is Node ${process.version.replace(/^v/, "")}.` +
      " Get a newer one from https://nodejs.org\n",
  );
  process.exit(1);
}
