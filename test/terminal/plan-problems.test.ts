import { showProblems } from '../../src/terminal/plan-problems';

test('a warning of a plan is called one, and stands before the errors', () => {
  const said: string[] = [];
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0);
  const at = { code: 'unknown-field' as const, file: 'batch.yaml', line: 1, column: 1 };
  showProblems({
    problems: [{ ...at, message: 'no such field' }],
    warnings: [{ ...at, message: 'in the past' }],
    sources: new Map(),
  });
  jest.restoreAllMocks();
  expect(said.join('').match(/^(warning in the past|error no such field)/gm)).toEqual([
    'warning in the past',
    'error no such field',
  ]);
});
