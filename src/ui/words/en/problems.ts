/** What the language, a run and a link have to say: the engine says it in English itself. */
import { MESSAGES, type MessageTexts } from '#scenario/messages.ts';

export const problems: MessageTexts = MESSAGES;
