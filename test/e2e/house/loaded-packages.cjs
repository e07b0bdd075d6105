// Preloaded into a command: at its exit it writes which packages it has loaded, as JSON.
const { writeFileSync } = require('node:fs');

process.on('exit', () => {
  const packages = Object.keys(require.cache).flatMap(
    (file) => /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(file)?.[1] ?? [],
  );
  writeFileSync(process.env.LOADED_PACKAGES, JSON.stringify([...new Set(packages)].sort()));
});
