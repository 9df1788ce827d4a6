import { Component, type ReactNode } from 'react';
import { Problems } from '../view';
import { errorsOf } from './environment';

/** Shows what went wrong instead of what is inside it, if Relay has no data for that. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { error?: Error }> {
  override state: { error?: Error } = {};

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override render() {
    return this.state.error ? <Problems errors={errorsOf(this.state.error)} /> : this.props.children;
  }
}
