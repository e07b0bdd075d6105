// Preloaded (NODE_OPTIONS=--require) into a process whose machine's clock is wrong by SKEW_MS.
const skewMs = Number(process.env.SKEW_MS);
const RealDate = Date;
global.Date = class extends RealDate {
  constructor(...args) {
    if (args.length > 0) super(...args);
    else super(RealDate.now() + skewMs);
  }
  static now = () => RealDate.now() + skewMs;
};
