/** Whether an event is one that a trigger waits for. */
import type { AppEvent } from "./events.ts";
import { sameJson, valueAt } from "./json_pointer.ts";
import { ANY_BRIDGE } from "./names.ts";
import type { EventFilter, OnEvent } from "./triggers.ts";

/** Whether it comes from there and has that name, whatever it says. */
export function isEventOf({ app, bridge, event }: OnEvent, happened: AppEvent): boolean {
  return app === happened.app && event === happened.event && (bridge === ANY_BRIDGE || bridge === happened.bridge);
}

/** The first filter that the event's data does not pass; `undefined` where it passes all. */
export function failedFilter({ where }: OnEvent, { data }: AppEvent): EventFilter | undefined {
  return where.find((filter) => !passes(filter, valueAt(data, filter.path)));
}

function passes(filter: EventFilter, found: unknown): boolean {
  if (filter.notEquals !== undefined && sameJson(found, filter.notEquals)) return false;
  // what is not there is unlike everything, and nothing else
  if (found === undefined) return filter.notEquals !== undefined && onlyUnlike(filter);
  if (filter.equals !== undefined && !sameJson(found, filter.equals)) return false;
  if (filter.greaterThan !== undefined && !(typeof found === "number" && found > filter.greaterThan)) return false;
  return filter.lessThan === undefined || (typeof found === "number" && found < filter.lessThan);
}

const onlyUnlike = ({ equals, greaterThan, lessThan }: EventFilter) =>
  equals === undefined && greaterThan === undefined && lessThan === undefined;
