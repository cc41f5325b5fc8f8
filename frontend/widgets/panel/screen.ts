import { element, follow, say, text } from './dom';
import { IModel, IScreenState } from './messages';

/** A small picture of the screen; asked for only while somebody can see it. */
export function renderScreen(model: IModel, root: HTMLElement): () => void {
  root.classList.add('qvirt-screen');
  const picture = element('img', { class: 'qvirt-screen-picture' });
  const opener = element(
    'button',
    {
      type: 'button',
      class: 'qvirt-screen-opener',
      title: text(model, 'open'),
      hidden: true
    },
    picture
  );
  opener.addEventListener('click', () =>
    say(model, { type: 'press', id: 'open' })
  );
  const words = element('div', { class: 'qvirt-screen-words' });
  root.append(opener, words);
  let url = '';
  let timer = 0;
  let seen = false;
  let wanted = false;

  const ask = () => {
    if (seen && document.visibilityState === 'visible') {
      wanted = false;
      say(model, { type: 'picture' });
    } else {
      wanted = true;
    }
  };
  const look = () => {
    if (wanted) {
      ask();
    }
  };
  const eye = new IntersectionObserver(entries => {
    seen = entries.at(-1)?.isIntersecting ?? false;
    look();
  });
  eye.observe(root);
  document.addEventListener('visibilitychange', look);

  const stop = follow(model, (state: IScreenState, buffers) => {
    window.clearTimeout(timer);
    if (state.picture && buffers.length > 0) {
      URL.revokeObjectURL(url);
      url = URL.createObjectURL(
        new Blob([buffers[0] as BlobPart], { type: 'image/jpeg' })
      );
      picture.src = url;
      picture.alt = state.alt;
    }
    const shown = state.picture && url !== '';
    opener.hidden = !shown;
    words.hidden = shown;
    root.classList.toggle('qvirt-has-picture', shown);
    words.textContent = state.text;
    if (state.interval > 0) {
      timer = window.setTimeout(ask, state.interval);
    }
  });
  return () => {
    window.clearTimeout(timer);
    eye.disconnect();
    document.removeEventListener('visibilitychange', look);
    URL.revokeObjectURL(url);
    stop();
  };
}

/** Tell the kernel whether this view is on the screen, so that it measures only what is seen. */
export function renderPresence(model: IModel, root: HTMLElement): () => void {
  root.classList.add('qvirt-presence');
  const view = crypto.getRandomValues(new Uint32Array(2)).join('-');
  let inside = false;
  let told: boolean | undefined;
  const tell = (visible: boolean) => {
    if (visible !== told) {
      told = visible;
      say(model, { type: 'visible', view, visible });
    }
  };
  const look = () => tell(inside && document.visibilityState === 'visible');
  const leave = () => tell(false);
  // The kernel takes a silent view to be gone, after a minute.
  const pulse = window.setInterval(() => {
    if (told) {
      say(model, { type: 'visible', view, visible: true });
    }
  }, 20_000);
  const eye = new IntersectionObserver(entries => {
    inside = entries.at(-1)?.isIntersecting ?? false;
    look();
  });
  eye.observe(root);
  document.addEventListener('visibilitychange', look);
  window.addEventListener('pagehide', leave);
  return () => {
    window.clearInterval(pulse);
    eye.disconnect();
    document.removeEventListener('visibilitychange', look);
    window.removeEventListener('pagehide', leave);
    leave();
  };
}
