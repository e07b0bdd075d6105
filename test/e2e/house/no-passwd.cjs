// Preloaded (NODE_OPTIONS=--require): the process runs as a uid that has no entry in passwd.
const os = require('node:os');
const fail = (name) => {
  throw new Error(`A system error occurred: ${name} returned ENOENT (no such file or directory)`);
};
os.userInfo = () => fail('uv_os_get_passwd');
os.homedir = () => process.env.HOME ?? fail('uv_os_homedir');
