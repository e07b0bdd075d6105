const Sequencer = require('@jest/test-sequencer').default;

/** Those that wait for minutes begin first; the short ones fill the rest, and none of the long ones ends alone. */
module.exports = class TemporalFirst extends Sequencer {
  sort(tests) {
    const waits = ({ context }) => context.config.displayName.name === 'temporal';
    const sorted = super.sort(tests);
    return [...sorted.filter(waits), ...sorted.filter((test) => !waits(test))];
  }
};
