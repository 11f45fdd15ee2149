//! A reader of Python pickles that knows tensors, containers and numbers, and nothing else.
//!
//! Unpickling in Python calls whatever the file names. Here nothing is ever called: the few names that rebuild a tensor
//! are recognised, every other global, and everything made with one, is one and the same opaque value.
//!
//! Values are plain indices into arenas: a file can neither build a structure that overflows the stack, nor one larger
//! than its own length in instructions.

mod value;

use std::collections::HashMap;

use value::known;
pub(super) use value::{Pickle, Value, View};

/// Reads a pickle up to its end mark; `Err` says what is wrong with it.
pub(super) fn read(bytes: &[u8]) -> Result<(Pickle, Value), String> {
    let mut machine = Machine {
        input: bytes,
        at: 0,
        stack: Vec::new(),
        marks: Vec::new(),
        memo: HashMap::new(),
        out: Pickle::default(),
    };
    loop {
        if let Some(root) = machine.step()? {
            return Ok((machine.out, root));
        }
    }
}

struct Machine<'a> {
    input: &'a [u8],
    at: usize,
    stack: Vec<Value>,
    /// Heights of the stack.
    marks: Vec<usize>,
    memo: HashMap<u64, Value>,
    out: Pickle,
}

type Step<T = ()> = Result<T, String>;

impl<'a> Machine<'a> {
    /// Runs one instruction (names as in Python's `pickletools`); gives the result at the end mark.
    fn step(&mut self) -> Step<Option<Value>> {
        let place = self.at;
        let code = self.take(1)?[0];
        match code {
            b'.' => return self.pop().map(Some),             // STOP
            0x80 => drop(self.take(1)?),                     // PROTO
            0x95 => drop(self.take(8)?),                     // FRAME
            b'(' => self.marks.push(self.stack.len()),       // MARK
            b'0' => drop(self.pop()?),                       // POP
            b'1' => drop(self.pop_to_mark()?),               // POP_MARK
            b'2' => self.stack.push(self.top()?),            // DUP
            b'N' => self.stack.push(Value::None),            // NONE
            0x88 => self.stack.push(Value::Bool(true)),      // NEWTRUE
            0x89 => self.stack.push(Value::Bool(false)),     // NEWFALSE
            b'K' => self.int(1)?,                            // BININT1
            b'M' => self.int(2)?,                            // BININT2
            b'J' => self.int32()?,                           // BININT
            0x8a => self.long(1)?,                           // LONG1
            0x8b => self.long(4)?,                           // LONG4
            b'G' => self.opaque_run(8, Value::Float)?,       // BINFLOAT
            0x8c => self.text(1)?,                           // SHORT_BINUNICODE
            b'X' => self.text(4)?,                           // BINUNICODE
            0x8d => self.text(8)?,                           // BINUNICODE8
            b'U' => self.text(1)?,                           // SHORT_BINSTRING
            b'T' => self.text(4)?,                           // BINSTRING
            b'C' => self.blob(1)?,                           // SHORT_BINBYTES
            b'B' => self.blob(4)?,                           // BINBYTES
            0x8e | 0x96 => self.blob(8)?,                    // BINBYTES8, BYTEARRAY8
            b']' | b')' | 0x8f => self.sequence(Vec::new()), // EMPTY_LIST, EMPTY_TUPLE, EMPTY_SET
            b'l' | b't' | 0x91 => {
                let items = self.pop_to_mark()?;
                self.sequence(items);
            } // LIST, TUPLE, FROZENSET
            0x85..=0x87 => {
                let items = self.pop_n(usize::from(code - 0x84))?;
                self.sequence(items);
            } // TUPLE1..3
            b'a' => {
                let items = self.pop_n(1)?;
                self.append(items)?;
            } // APPEND
            b'e' | 0x90 => {
                let items = self.pop_to_mark()?;
                self.append(items)?;
            } // APPENDS, ADDITEMS
            b'}' => self.dict(Vec::new()),                   // EMPTY_DICT
            b'd' => {
                let items = self.pop_to_mark()?;
                self.dict(pairs(&items));
            } // DICT
            b's' => {
                let items = self.pop_n(2)?;
                self.set_items(&items)?;
            } // SETITEM
            b'u' => {
                let items = self.pop_to_mark()?;
                self.set_items(&items)?;
            } // SETITEMS
            b'c' => self.global()?,                          // GLOBAL
            0x93 => self.stack_global()?,                    // STACK_GLOBAL
            b'R' | 0x81 => self.call()?,                     // REDUCE, NEWOBJ
            0x92 => {
                self.pop_n(3)?;
                self.stack.push(Value::Opaque);
            } // NEWOBJ_EX
            b'o' => {
                self.pop_to_mark()?;
                self.stack.push(Value::Opaque);
            } // OBJ
            b'b' => drop(self.pop()?),                       // BUILD: an object's own state is not ours
            b'Q' => self.persistent()?,                      // BINPERSID
            b'q' => self.put(1)?,                            // BINPUT
            b'r' => self.put(4)?,                            // LONG_BINPUT
            0x94 => {
                let (key, value) = (self.memo.len() as u64, self.top()?);
                self.memo.insert(key, value);
            } // MEMOIZE
            b'h' => self.get(1)?,                            // BINGET
            b'j' => self.get(4)?,                            // LONG_BINGET
            _ => return Err(format!("instruction 0x{code:02x} at {place} is not one that torch.save writes")),
        }
        Ok(None)
    }

    fn take(&mut self, len: usize) -> Step<&'a [u8]> {
        let end = self.at.checked_add(len).filter(|end| *end <= self.input.len());
        let end = end.ok_or_else(|| "it ends in the middle".to_owned())?;
        let bytes = &self.input[self.at..end];
        self.at = end;
        Ok(bytes)
    }

    /// An unsigned little-endian number of up to 8 bytes.
    fn number(&mut self, len: usize) -> Step<u64> {
        Ok(self.take(len)?.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    fn length(&mut self, width: usize) -> Step<usize> {
        Ok(usize::try_from(self.number(width)?).unwrap_or(usize::MAX))
    }

    fn line(&mut self) -> Step<&'a str> {
        let rest = &self.input[self.at..];
        let len = rest.iter().position(|byte| *byte == b'\n').ok_or("it ends in the middle")?;
        let line = self.take(len + 1)?;
        std::str::from_utf8(&line[..len]).map_err(|_| "a name is not text".to_owned())
    }

    fn pop(&mut self) -> Step<Value> {
        let floor = self.marks.last().copied().unwrap_or(0);
        if self.stack.len() <= floor {
            return Err("its stack runs empty".into());
        }
        self.stack.pop().ok_or_else(|| "its stack runs empty".into())
    }

    fn top(&self) -> Step<Value> {
        self.stack.last().copied().ok_or_else(|| "its stack runs empty".into())
    }

    fn pop_n(&mut self, count: usize) -> Step<Vec<Value>> {
        let mut items = (0..count).map(|_| self.pop()).collect::<Step<Vec<_>>>()?;
        items.reverse();
        Ok(items)
    }

    fn pop_to_mark(&mut self) -> Step<Vec<Value>> {
        let mark = self.marks.pop().ok_or("a mark is missing")?;
        if mark > self.stack.len() {
            return Err("its stack runs empty".into());
        }
        Ok(self.stack.split_off(mark))
    }

    fn int(&mut self, len: usize) -> Step {
        let number = self.number(len)?;
        self.stack.push(Value::Int(number.cast_signed()));
        Ok(())
    }

    fn int32(&mut self) -> Step {
        let number = self.number(4)? as u32;
        self.stack.push(Value::Int(i64::from(number.cast_signed())));
        Ok(())
    }

    /// A signed number of any length; what exceeds 64 bits is no size of anything.
    fn long(&mut self, width: usize) -> Step {
        let len = self.length(width)?;
        let bytes = self.take(len)?;
        let negative = bytes.last().is_some_and(|byte| byte & 0x80 != 0);
        let mut wide = [if negative { 0xff } else { 0 }; 8];
        let value = if bytes.len() > 8 {
            Value::Opaque
        } else {
            wide[..bytes.len()].copy_from_slice(bytes);
            Value::Int(i64::from_le_bytes(wide))
        };
        self.stack.push(value);
        Ok(())
    }

    fn opaque_run(&mut self, len: usize, value: Value) -> Step {
        self.take(len)?;
        self.stack.push(value);
        Ok(())
    }

    fn text(&mut self, width: usize) -> Step {
        let len = self.length(width)?;
        let text = String::from_utf8_lossy(self.take(len)?).into_owned();
        self.out.strings.push(text);
        self.stack.push(Value::Str(self.out.strings.len() - 1));
        Ok(())
    }

    fn blob(&mut self, width: usize) -> Step {
        let len = self.length(width)?;
        self.opaque_run(len, Value::Opaque)
    }

    fn sequence(&mut self, items: Vec<Value>) {
        self.out.sequences.push(items);
        self.stack.push(Value::Sequence(self.out.sequences.len() - 1));
    }

    fn dict(&mut self, items: Vec<(Value, Value)>) {
        self.out.dicts.push(items);
        self.stack.push(Value::Dict(self.out.dicts.len() - 1));
    }

    fn append(&mut self, items: Vec<Value>) -> Step {
        if let Value::Sequence(list) = self.top()? {
            self.out.sequences[list].extend(items);
        }
        Ok(())
    }

    fn set_items(&mut self, items: &[Value]) -> Step {
        if let Value::Dict(dict) = self.top()? {
            self.out.dicts[dict].extend(pairs(items));
        }
        Ok(())
    }

    fn put(&mut self, width: usize) -> Step {
        let (key, value) = (self.number(width)?, self.top()?);
        self.memo.insert(key, value);
        Ok(())
    }

    fn get(&mut self, width: usize) -> Step {
        let key = self.number(width)?;
        self.stack.push(*self.memo.get(&key).ok_or("it refers to a value that it never stored")?);
        Ok(())
    }

    fn global(&mut self) -> Step {
        let (module, name) = (self.line()?, self.line()?);
        self.stack.push(known(module, name));
        Ok(())
    }

    fn stack_global(&mut self) -> Step {
        let name = self.pop()?;
        let module = self.pop()?;
        let value = match (self.out.text(module), self.out.text(name)) {
            (Some(module), Some(name)) => known(module, name),
            _ => Value::Opaque,
        };
        self.stack.push(value);
        Ok(())
    }

    fn persistent(&mut self) -> Step {
        let id = self.pop()?;
        let storage = self.out.storage(id);
        let value = storage.map_or(Value::Opaque, |storage| {
            self.out.storages.push(storage);
            Value::Storage(self.out.storages.len() - 1)
        });
        self.stack.push(value);
        Ok(())
    }

    fn call(&mut self) -> Step {
        let arguments = self.pop()?;
        let callee = self.pop()?;
        let value = match (callee, arguments) {
            (Value::Known(known), Value::Sequence(arguments)) => {
                self.out.rebuild(known, arguments).unwrap_or(Value::Opaque)
            }
            _ => Value::Opaque,
        };
        self.stack.push(value);
        Ok(())
    }
}

fn pairs(items: &[Value]) -> Vec<(Value, Value)> {
    items.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()
}
