import { scaleLinear, scaleUtc } from "d3-scale";
import { area, curveStepAfter, stack } from "d3-shape";
import { type Html, html } from "./html.ts";

/** One quantity over time, stacked on the others of its chart. */
export interface Band {
  /** CSS class, which sets the colour. */
  readonly kind: string;
  readonly name: string;
  /** A number for each time bucket. */
  readonly values: readonly number[];
}

export interface TimeChart {
  readonly title: string;
  readonly bands: readonly Band[];
  readonly startEpochMs: number;
  readonly bucketMs: number;
  /** Fixed upper end of the value axis, such as 100 percent; set from the values if absent. */
  readonly max?: number;
  /** Formats a value for the axis and for tooltips. */
  readonly format: (value: number) => string;
  readonly height: number;
}

const TIME_TICKS = 5;
/** Labels nearer than this to an end of the axis, in percent of its length, would be cut off. */
const EDGE_PERCENT = 6;
const VALUE_TICKS = 3;
/** Pixels for the times below the plot, and for the upper half of the topmost value above it. */
const FOOT = 20;
const HEAD = 8;

/**
 * Renders stacked bands over time as SVG. The plot is one unit wide for each bucket, and the browser stretches it
 * to the page's width; labels are placed at percentages. So one drawing fits every screen without a script. Each
 * bucket has a tooltip with its numbers.
 */
export function timeChart(chart: TimeChart): Html {
  const { bands, bucketMs, height, startEpochMs, title } = chart;
  const length = bands[0]?.values.length ?? 0;
  const sums = Array.from({ length }, (_, index) =>
    bands.reduce((sum, band) => sum + valueAt(band, index), 0),
  );
  const y = scaleLinear([0, chart.max ?? Math.max(...sums, 1)], [height, 0]);
  if (chart.max === undefined) y.nice(VALUE_TICKS);
  const x = scaleUtc([startEpochMs, startEpochMs + length * bucketMs], [0, 100]);
  const [, top = 1] = y.domain();
  const valueTicks = y.ticks(Math.min(VALUE_TICKS, Math.ceil(top)));
  const plot = html`y="${HEAD}" width="100%" height="${height}" viewBox="0 0 ${length} ${height}" preserveAspectRatio="none"`;
  return html`<figure class="chart">
<svg class="values" width="40" height="${HEAD + height + FOOT}" aria-hidden="true">${valueTicks.map(
    (value) =>
      html`<text x="40" y="${(HEAD + y(value) + 4).toFixed(1)}" text-anchor="end">${chart.format(value)}</text>`,
  )}</svg>
<svg width="100%" height="${HEAD + height + FOOT}" role="img" aria-label="${title}">
${valueTicks.map((value) => {
  const at = (HEAD + y(value)).toFixed(1);
  return html`<line class="grid" x1="0" x2="100%" y1="${at}" y2="${at}"/>`;
})}
<svg ${plot}>
${areas(bands, length, y)}</svg>
${timeTicks(x, startEpochMs, length * bucketMs).map(
  ({ at, words }) =>
    html`<text x="${at.toFixed(2)}%" y="${HEAD + height + 15}" text-anchor="middle">${words}</text>
`,
)}<svg ${plot}>
${sums.map((_, index) => html`<rect class="look" x="${index}" width="1" height="${height}"><title>${tooltip(chart, index)}</title></rect>`)}
</svg>
</svg>
</figure>
`;
}

function valueAt({ values }: Band, index: number): number {
  return values[index] ?? 0;
}

function areas(bands: readonly Band[], length: number, y: (value: number) => number): Html[] {
  const layers = stack<number, Band>()
    .keys(bands)
    .value((index, band) => valueAt(band, index))(Array.from({ length }, (_, index) => index));
  const shape = area<readonly [number, number]>()
    .curve(curveStepAfter)
    .x((_, index) => index)
    .y0(([low]) => y(low))
    .y1(([, high]) => y(high))
    .digits(2);
  return layers.map((layer) => {
    const points = layer.map(([low, high]): [number, number] => [low, high]);
    // A step ends where the next one begins, so the last one needs a further point.
    const path = shape([...points, ...points.slice(-1)]);
    return html`<path class="area ${layer.key.kind}" d="${path ?? ""}"/>
`;
  });
}

interface TimeTick {
  /** Percent of the width. */
  readonly at: number;
  readonly words: string;
}

type TimeScale = ReturnType<typeof scaleUtc<number>>;

function timeTicks(x: TimeScale, startEpochMs: number, spanMs: number): TimeTick[] {
  const times = x.ticks(TIME_TICKS);
  // The library picks round times, which may be twice as many: on a phone their labels would overlap.
  const nth = Math.ceil(times.length / TIME_TICKS);
  return times
    .filter((_, index) => index % nth === 0)
    .map((time) => ({ at: x(time), words: timeWords(time, startEpochMs, spanMs) }))
    .filter(({ at }) => at > EDGE_PERCENT && at < 100 - EDGE_PERCENT);
}

/** Formats a time in UTC with the precision that the time span needs. */
function timeWords(time: Date, startEpochMs: number, spanMs: number): string {
  const iso = time.toISOString();
  if (spanMs < 20_000) return `+${((time.getTime() - startEpochMs) / 1_000).toFixed(1)} s`;
  if (spanMs < 10 * 60_000) return iso.slice(11, 19);
  return iso.endsWith("T00:00:00.000Z") ? iso.slice(0, 10) : iso.slice(11, 16);
}

function tooltip({ bands, bucketMs, format, startEpochMs }: TimeChart, index: number): string {
  const time = new Date(startEpochMs + index * bucketMs).toISOString().slice(11, 19);
  const parts = bands
    .filter((band) => valueAt(band, index) > 0)
    .map((band) => `${format(valueAt(band, index))} ${band.name}`);
  return `${time} · ${parts.join(", ") || "nothing"}`;
}
