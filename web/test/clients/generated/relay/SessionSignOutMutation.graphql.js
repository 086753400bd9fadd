/**
 * @generated SignedSource<<000c45399bb2afbdb8f866c884802aeb>>
 * @relayHash 6cdf37269e7991822b19a601f3992a02
 * @lightSyntaxTransform
 */

/* eslint-disable */

'use strict';

// @relayRequestID 06bf05a6d727ed643b17720d0a824b59cb6a629dd6789eabe50936125b2b80f2

var node = (function(){
var v0 = [
  {
    "alias": null,
    "args": null,
    "concreteType": "SignOutPayload",
    "kind": "LinkedField",
    "name": "signOut",
    "plural": false,
    "selections": [
      {
        "alias": null,
        "args": null,
        "kind": "ScalarField",
        "name": "isDone",
        "storageKey": null
      }
    ],
    "storageKey": null
  }
];
return {
  "fragment": {
    "argumentDefinitions": [],
    "kind": "Fragment",
    "metadata": null,
    "name": "SessionSignOutMutation",
    "selections": (v0/*:: as any*/),
    "type": "Mutation",
    "abstractKey": null
  },
  "kind": "Request",
  "operation": {
    "argumentDefinitions": [],
    "kind": "Operation",
    "name": "SessionSignOutMutation",
    "selections": (v0/*:: as any*/)
  },
  "params": {
    "id": "06bf05a6d727ed643b17720d0a824b59cb6a629dd6789eabe50936125b2b80f2",
    "metadata": {},
    "name": "SessionSignOutMutation",
    "operationKind": "mutation",
    "text": null
  }
};
})();

node.hash = "6de6fc0f3e26a30346d0bf950f903019";

export default node;
