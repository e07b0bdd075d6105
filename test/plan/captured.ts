/** What an action wrote, and what it failed with. */
export async function captured(
  action: () => Promise<unknown>,
): Promise<{ stdout: string; stderr: string; failure?: unknown }> {
  const written = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    jest.spyOn(process[name], 'write').mockImplementation((chunk) => {
      written[name] += String(chunk);
      return true;
    }),
  );
  try {
    await action();
    return written;
  } catch (failure) {
    return { ...written, failure };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
