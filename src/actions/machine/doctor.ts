import { allChecks } from '../../doctor/all-checks';
import type { Check } from '../../doctor/check';
import { type Setting, settingsInUse } from '../../doctor/machine';
import { webhookTrial } from '../../doctor/webhook';
import { exitCodes } from '../../terminal/failure';
import { colors, columnsOf, type OutputFormat, printer, printJson } from '../../terminal/output';
import { displayWidth, padded, plainTexts, wrapped } from '../../text';

const serviceLinkedRole =
  'SMC itself works through the service-linked role AliyunServiceRoleForSMC, which is made when the first source is ' +
  'imported. It lets SMC use ECS (run, stop and delete the intermediate instances; disks, snapshots, images, security ' +
  'groups, launch templates, key pairs) and VPC (make and delete VPCs and vSwitches), ram:GetRole, ram:PassRole to ECS ' +
  'and cr:GetRepository. A plan with instanceRamRole or a container image depends on them. Without the role a job ' +
  'fails with EntityNotExist.Role; the role can be deleted only after the sources that use it.';

export interface DoctorOptions {
  output: OutputFormat;
  /** Sends a trial to the webhook. */
  webhook?: boolean;
}

/** Checks what this machine lacks, and prints it. */
export async function doctor({ output, webhook }: DoctorOptions): Promise<void> {
  const checks = [...(await allChecks()), ...(webhook ? [await webhookTrial()] : [])];
  const settings = settingsInUse();
  const ok = checks.every(({ status }) => status !== 'problem');
  if (output === 'json') printJson({ ok, checks, settings, serviceLinkedRole });
  else for (const line of doctorText(plainTexts(checks), settings)) printer(output)(line);
  process.exitCode = ok ? exitCodes.done : exitCodes.unexpected;
}

function doctorText(checks: Check[], settings: Setting[]): string[] {
  const c = colors();
  const word = {
    ok: c.green('ok     '),
    warning: c.yellow('warning'),
    problem: c.red('problem'),
  };
  const width = Math.max(...settings.map(({ name }) => displayWidth(name)));
  const count = (wanted: Check['status'], noun: string) => {
    const found = checks.filter(({ status }) => status === wanted).length;
    return `${found} ${noun}${found === 1 ? '' : 's'}`;
  };
  return [
    ...checks.flatMap(({ status, title, detail, remedy }) => [
      `${word[status]}  ${title}: ${detail}`,
      ...(remedy ? [`         ${remedy}`] : []),
    ]),
    '',
    c.bold('Settings'),
    ...settings.map(({ name, value, isDefault }) =>
      `  ${padded(name, width)}  ${value}${isDefault ? c.dim(' (default)') : ''}`.trimEnd(),
    ),
    '',
    c.bold('What SMC may do in the account'),
    ...wrapped(`  ${serviceLinkedRole}`, columnsOf() ?? 98),
    '',
    `${count('problem', 'problem')}, ${count('warning', 'warning')}`,
  ];
}
