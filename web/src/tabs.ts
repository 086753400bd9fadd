// What the editors hold when the page opens: the tab last used, or the first sample.
import type { GraphiQLProps } from 'graphiql';
import { samples } from './samples';

/** Where GraphiQL keeps the visitor's tabs. */
const STORED_TABS = 'graphiql:tabState';

type Tab = (typeof samples)[number];

/**
 * GraphiQL restores the list of tabs by itself, but fills the editors from what was
 * typed last, which may belong to another tab, and leaves a first visitor's variables
 * empty. Saying it outright keeps editors and tab the same.
 */
export function startingEditors(
  storage: Pick<Storage, 'getItem'>,
): Pick<GraphiQLProps, 'initialQuery' | 'initialVariables' | 'initialHeaders'> {
  const tab = lastTab(storage) ?? samples[0];
  return {
    initialQuery: tab?.query ?? '',
    initialVariables: tab?.variables ?? '',
    // Absent when the visitor chose not to have headers kept: then the defaults apply.
    initialHeaders: tab?.headers ?? undefined,
  };
}

function lastTab(storage: Pick<Storage, 'getItem'>): Tab | undefined {
  try {
    const state = JSON.parse(storage.getItem(STORED_TABS) ?? 'null');
    return state?.tabs?.[state.activeTabIndex];
  } catch {
    return undefined; // Not JSON: GraphiQL starts afresh then, and so do we.
  }
}
