// Composes the gateway's subgraph with another one, as Apollo and as Hive do.
import { composeServices as composeByApollo } from '@apollo/composition';
import { composeServices as composeByHive } from '@theguild/federation-composition';
import { parse } from 'graphql';
import { typeDefs } from './risk.mjs';

// compose returns what each of them says of the subgraphs with these URLs: the whole schema as routers read it, or the errors.
export function compose(sdl, certqlURL, riskURL) {
  const services = () => [
    { name: 'certql', url: certqlURL, typeDefs: parse(sdl) },
    { name: 'risk', url: riskURL, typeDefs },
  ];
  const outcome = ({ supergraphSdl, errors, hints }) => ({
    supergraph: supergraphSdl,
    errors: (errors ?? []).map((error) => error.message),
    hints: (hints ?? []).map((hint) => hint.message),
  });
  return { apollo: outcome(composeByApollo(services())), hive: outcome(composeByHive(services())) };
}
