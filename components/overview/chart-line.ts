/** One line or stack of a chart: the key of its values, its name and its colour. */
export interface ChartLine {
  key: string;
  name: string;
  colour: string;
  dashed?: boolean;
}
