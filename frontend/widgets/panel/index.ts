/**
 * The parts of our panels that ipywidgets has no widget for, in one module: what is said, what is
 * asked, what was done, the head of a machine's tab, its screen, and whether anybody looks.
 */
import { renderDeletion } from './deletion';
import { renderClone } from './clone';
import { renderConsoleSwitch } from './consoleSwitch';
import { renderDeviceTree } from './deviceTree';
import { renderForm } from './form';
import { renderMachine } from './machine';
import { IModel } from './messages';
import { renderNotices } from './notices';
import { renderPage } from './page';
import { renderPointer } from './pointer';
import { renderQuestion } from './question';
import { renderRanking } from './ranking';
import { renderPresence, renderScreen } from './screen';
import { addPanelStyle } from './sheet';
import { renderSpans } from './spans';
import { renderTasks } from './tasks';
import { renderTransfers } from './transfers';
import { renderWizard } from './wizard';

const PARTS: Record<string, (model: IModel, root: HTMLElement) => () => void> =
  {
    deletion: renderDeletion,
    clone: renderClone,
    'console-switch': renderConsoleSwitch,
    'device-tree': renderDeviceTree,
    form: renderForm,
    machine: renderMachine,
    notices: renderNotices,
    page: renderPage,
    pointer: renderPointer,
    presence: renderPresence,
    question: renderQuestion,
    ranking: renderRanking,
    screen: renderScreen,
    spans: renderSpans,
    tasks: renderTasks,
    transfers: renderTransfers,
    wizard: renderWizard
  };

export default {
  render({ model, el }: { model: IModel; el: HTMLElement }): () => void {
    addPanelStyle();
    const part = String(model.get('part'));
    el.classList.add('qvirt-part');
    return PARTS[part]?.(model, el) ?? (() => undefined);
  }
};
