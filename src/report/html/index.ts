/** The report as one self-contained HTML page. */
export { htmlReport } from './page';
