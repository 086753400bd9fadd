//! Finding categories by their way from the root, as imports name them, and growing the tree where it ends too soon.

use std::collections::{HashMap, HashSet};

use entity::catalog::category;
use entity::id::CategoryId;
use sea_orm::{EntityTrait, QueryOrder};

use super::tree::{NewCategory, add, lock};
use crate::services::{Change, Result};

/// Bytes of a handle without a number.
const HANDLE: usize = 240;

/// The categories at the end of paths from the root; steps that are not there yet are added.
///
/// A step is matched by its title, letter by letter, among the children of the step before: handles, which are made of
/// titles, would lead to another category than the one that is meant, depending on which was there first.
pub async fn ensure_paths(
    change: &Change<'_>,
    paths: impl IntoIterator<Item = &[String]>,
) -> Result<HashMap<Vec<String>, CategoryId>> {
    let paths: Vec<&[String]> = paths.into_iter().collect();
    let mut found = HashMap::new();
    if paths.is_empty() {
        return Ok(found);
    }
    let mut tree = Tree::load(change).await?;
    if !paths.iter().all(|path| tree.has(path)) {
        // Another change could be adding the same.
        lock(change).await?;
        tree = Tree::load(change).await?;
    }
    for path in paths {
        let mut parent = None;
        let mut above = String::new();
        for step in path {
            let (id, handle) = match tree.find(parent, step) {
                Some(known) => known,
                None => tree.grow(change, parent, &above, step).await?,
            };
            parent = Some(id);
            above = handle;
        }
        found.extend(parent.map(|id| (path.to_vec(), id)));
    }
    Ok(found)
}

/// The categories by what a step calls them.
#[derive(Default)]
struct Tree {
    steps: HashMap<(Option<CategoryId>, String), (CategoryId, String)>,
    handles: HashSet<String>,
}

impl Tree {
    async fn load(change: &Change<'_>) -> Result<Self> {
        let mut tree = Self::default();
        for row in category::Entity::find().order_by_asc(category::Column::Id).all(&change.tx).await? {
            tree.insert(row.parent_id, &row.title, &row.handle, row.id);
        }
        Ok(tree)
    }

    /// Whether all steps of a path are there.
    fn has(&self, path: &[String]) -> bool {
        let step = |parent: Option<CategoryId>, step: &String| Some(self.find(parent, step)?.0);
        let mut parent = None;
        path.iter().all(|name| {
            parent = step(parent, name);
            parent.is_some()
        })
    }

    fn insert(&mut self, parent: Option<CategoryId>, title: &str, handle: &str, id: CategoryId) {
        self.handles.insert(handle.to_owned());
        // Of namesakes the first.
        self.steps.entry((parent, title.to_owned())).or_insert((id, handle.to_owned()));
    }

    fn find(&self, parent: Option<CategoryId>, step: &str) -> Option<(CategoryId, String)> {
        self.steps.get(&(parent, step.to_owned())).cloned()
    }

    async fn grow(
        &mut self,
        change: &Change<'_>,
        parent: Option<CategoryId>,
        above: &str,
        step: &str,
    ) -> Result<(CategoryId, String)> {
        let handle = self.free_handle(above, &slug(step));
        let new =
            NewCategory { parent, handle: handle.clone(), title: step.to_owned(), ..NewCategory::default() };
        let id = add(change, new).await?;
        self.insert(parent, step, &handle, id);
        Ok((id, handle))
    }

    /// A handle is unique in the whole tree, so it begins with that of the category above; a number tells namesakes
    /// apart.
    fn free_handle(&self, above: &str, own: &str) -> String {
        let parts = [above, own].into_iter().filter(|part| !part.is_empty());
        let wanted = shortened(&parts.collect::<Vec<_>>().join("-")).to_owned();
        let numbered = (2..).map(|number: u32| format!("{wanted}-{number}"));
        let mut candidates = std::iter::once(wanted.clone()).chain(numbered);
        candidates.find(|handle| !handle.is_empty() && !self.handles.contains(handle)).unwrap_or(wanted)
    }
}

/// A name as part of an address: lower case, hyphens between words.
fn slug(name: &str) -> String {
    let lower = name.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-")
}

/// The beginning of a handle that leaves room for a number, and is short enough for the database's indexes.
fn shortened(handle: &str) -> &str {
    let mut end = handle.len().min(HANDLE);
    while !handle.is_char_boundary(end) {
        end -= 1;
    }
    handle[..end].trim_end_matches('-')
}
