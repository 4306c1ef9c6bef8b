interface Props<Id extends string> {
  readonly tabs: readonly Id[];
  readonly current: Id;
  readonly titles: Readonly<Record<Id, string>>;
  readonly onChoose: (tab: Id) => void;
}

/** A tab for each of several views in one pane. */
export function PaneTabs<Id extends string>({ tabs, current, titles, onChoose }: Props<Id>) {
  return (
    <div className="pane-tabs" role="tablist">
      {tabs.map((tab) => (
        <button
          key={tab}
          type="button"
          role="tab"
          id={`pane-tab-${tab}`}
          aria-selected={tab === current}
          aria-controls="pane-tab-body"
          onClick={() => onChoose(tab)}
        >
          {titles[tab]}
        </button>
      ))}
    </div>
  );
}
