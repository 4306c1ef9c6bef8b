/** Opening files, pasted texts and what was opened before. */
import type { Words } from '#ui/words/en.ts';

export const opening: Words['opening'] = {
  file: '打开文件…',
  help: '也可以把文件拖到这里，或粘贴场景或链接',
  recents: '最近打开',
  drop: '松开即可打开场景',
  pasted: '粘贴的内容',
  refused: (name, problem) => `没有打开${name}：${problem}原来打开的内容仍在。`,
  problems: {
    foreign: '它不是场景，第一条语句不是“scenario 1”。',
    large: '它超过 1 MiB，任何场景都不需要这么大。',
    binary: '它不是 UTF-8 文本。',
    unreadable: '浏览器无法读取它。',
  },
  errors: '场景有错误，已在编辑器中标出。',
  notKept: '浏览器不允许页面保存草稿。请复制链接来保留所输入的内容。',
};
