import type { DevServer } from '../../src/temporal';

export default async function stopTemporal(): Promise<void> {
  await (globalThis as { temporalServer?: DevServer }).temporalServer?.stop();
}
