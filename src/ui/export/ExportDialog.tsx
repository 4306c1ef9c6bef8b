import { Dialog, Tabs } from 'radix-ui';
import type { ComponentType } from 'react';
import { useMoment } from '#ui/session.ts';
import { useWords } from '#ui/words/language.ts';
import { useExportDialog } from './dialog.ts';
import { EmbedTab } from './EmbedTab.tsx';
import { FilesTab } from './FilesTab.tsx';
import { MailTab } from './MailTab.tsx';
import { PictureTab } from './PictureTab.tsx';
import type { TabProps } from './tab.ts';
import './export.css';

const TABS = {
  picture: PictureTab,
  files: FilesTab,
  mail: MailTab,
  embed: EmbedTab,
} as const satisfies Record<string, ComponentType<TabProps>>;
const IDS = Object.keys(TABS) as readonly (keyof typeof TABS)[];

/** Everything that can leave the page, with a preview of each. */
export function ExportDialog() {
  const words = useWords().sharing;
  const moment = useMoment();
  return (
    <Dialog.Root open onOpenChange={(open) => useExportDialog.setState({ open })}>
      <Dialog.Portal>
        <Dialog.Overlay className="dialog-shade" />
        <Dialog.Content className="dialog export" aria-describedby={undefined}>
          <Dialog.Title>{words.title}</Dialog.Title>
          {moment && (
            <Tabs.Root defaultValue="picture" className="export-tabs">
              <Tabs.List className="export-list">
                {IDS.map((id) => (
                  <Tabs.Trigger key={id} value={id}>
                    {words.tabs[id]}
                  </Tabs.Trigger>
                ))}
              </Tabs.List>
              {IDS.map((id) => {
                const Tab = TABS[id];
                return (
                  <Tabs.Content key={id} value={id} className="export-content">
                    <Tab moment={moment} />
                  </Tabs.Content>
                );
              })}
            </Tabs.Root>
          )}
          <Dialog.Close className="button export-close">{words.close}</Dialog.Close>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
