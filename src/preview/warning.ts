/** Something of the whole batch that is allowed, but seldom meant. */
export interface Warning {
  code:
    | 'vpcs'
    | 'quota'
    | 'window'
    | 'clock-change'
    | 'timeout'
    | 'idle-jobs'
    | 'stray-jobs'
    | 'disk-size'
    | 'temporal';
  message: string;
  remedy: string;
}
