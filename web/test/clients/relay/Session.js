import { graphql } from 'relay-runtime';

export const signOut = graphql`
  mutation SessionSignOutMutation {
    signOut {
      isDone
    }
  }
`;
