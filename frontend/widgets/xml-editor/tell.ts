import { clientId } from '../panel/dom';
import { IModel } from '../panel/messages';
import { VERSION, XmlSaid } from './messages';

/** Say something to the kernel. */
export function tell(model: IModel, said: XmlSaid): void {
  model.send({ ...said, version: VERSION, client: clientId() });
}
